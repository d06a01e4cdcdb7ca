import { bytesOf, type Kv, readMany } from "./deno-kv.ts"
import { nameOf } from "./envelope.ts"
import { keys } from "./rows.ts"

/** Tells which envelopes are stored. Most that come are new, and most of those are known to be without a look. */
export interface Known {
  add(id: Uint8Array): void
  /** The names of those ids that are stored. */
  stored(ids: readonly Uint8Array[]): Promise<Set<string>>
  /** Reads every id once; until it has, each that comes is looked up. */
  learn(closing: AbortSignal): Promise<void>
}

export function createKnown(kv: Kv): Known {
  const filter = createFilter()
  let complete = false
  return {
    add: filter.add,

    async stored(ids) {
      const suspects = ids.filter((id) => !complete || filter.mayHave(id))
      const rows = await readMany(kv, suspects.map(keys.id))
      const found = suspects.filter((_, i) => rows[i]!.versionstamp !== null)
      return new Set(found.map(nameOf))
    },

    async learn(closing) {
      for await (const { key } of kv.list({ prefix: ["i"] }, { batchSize: 500 })) {
        if (closing.aborted) return
        filter.add(bytesOf(key[1]))
      }
      complete = true
    },
  }
}

interface Filter {
  add(id: Uint8Array): void
  mayHave(id: Uint8Array): boolean
}

const bits = 2 ** 26
const probes = [0, 4, 8, 12]

/**
 * Remembers ids in a fixed 8 MiB: it may take a new id for a known one, never a known one for a new one.
 * An id is a hash already, so that its own bits say where to look (a Bloom filter with four probes:
 * at five million ids one in two hundred is taken wrongly).
 */
function createFilter(): Filter {
  const words = new Uint32Array(bits / 32)
  const bitOf = (id: Uint8Array, at: number): number =>
    (id[at]! << 24 | id[at + 1]! << 16 | id[at + 2]! << 8 | id[at + 3]!) & (bits - 1)
  return {
    add(id) {
      for (const at of probes) {
        const bit = bitOf(id, at)
        words[bit >>> 5]! |= 1 << (bit & 31)
      }
    },
    mayHave: (id) =>
      probes.every((at) => {
        const bit = bitOf(id, at)
        return (words[bit >>> 5]! & 1 << (bit & 31)) !== 0
      }),
  }
}
