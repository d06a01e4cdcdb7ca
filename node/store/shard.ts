import { sha256 } from "@wafer/crypto"

/** How a network divides its topics, and which part of them one node keeps. */
export interface Shards {
  /** How many there are, the same on every node of a network: a power of two. */
  readonly count: number
  /** Those that the node keeps, ascending. */
  readonly kept: readonly number[]
  /** Whether the node keeps what is published to the topic. */
  keeps(contentTopic: string): boolean
}

export const maxShards = 1024

const utf8 = new TextEncoder()

/** The shard of a topic, of `count`: the first bits of SHA-256 of its name, as many as `count` needs. */
export function shardOf(contentTopic: string, count: number): number {
  if (count === 1) return 0
  const [first, second] = sha256(utf8.encode(contentTopic))
  return (first! << 8 | second!) >> 16 - Math.log2(count)
}

/**
 * A network of `count` shards, of which the node keeps some; by default all.
 *
 * @throws RangeError for a count that is no power of two up to 1024, or shards that it does not have
 */
export function createShards(count: number, some?: Iterable<number>): Shards {
  if (!Number.isInteger(Math.log2(count)) || count < 1 || count > maxShards) {
    throw new RangeError(`expected a power of two up to ${maxShards} shards, got ${count}`)
  }
  const kept = some === undefined
    ? Array.from({ length: count }, (_, shard) => shard)
    : [...new Set(some)].sort((a, b) => a - b)
  const wrong = kept.find((shard) => !Number.isInteger(shard) || shard < 0 || shard >= count)
  if (wrong !== undefined) throw new RangeError(`expected a shard below ${count}, got ${wrong}`)
  const all = kept.length === count
  const set = new Set(kept)
  return { count, kept, keeps: (contentTopic) => all || set.has(shardOf(contentTopic, count)) }
}

/** One shard, and the node keeps it: what a network is unless it is told otherwise. */
export const unsharded: Shards = createShards(1)
