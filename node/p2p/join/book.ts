// The peers this node knows of and how to reach them: what is dialled, and what is told to others.
import { toHex } from "../../hex.ts"
import type { Multiaddr } from "@multiformats/multiaddr"
import { multiaddr } from "@multiformats/multiaddr"
import { mayCross, mayDial, peerOf, prefixOf, type Reach, reachOf } from "./address.ts"

/** One known peer. */
export interface Entry {
  readonly peer: string
  readonly addresses: readonly Multiaddr[]
  /** The peer's own signed record, which others can check. */
  readonly record: Uint8Array | undefined
  /** The number of that record: later ones have higher numbers. */
  readonly seq: bigint
  /** The shards that it says the peer keeps; undefined when it does not tell. */
  readonly kept: readonly number[] | undefined
  /** Given by the operator: dialled for ever. */
  readonly seed: boolean
  /** When this node last had a connection to it, in Unix milliseconds; 0 for never. */
  readonly metAt: number
  readonly failures: number
  readonly failingSince: number | undefined
}

/** What a peer has signed about itself. */
export interface News extends Pick<Entry, "peer" | "addresses" | "seq" | "kept"> {
  readonly record: Uint8Array
}

/** Where the book outlives the process. Rows are JSON without secrets. */
export interface BookStorage {
  load(): Promise<Uint8Array[]>
  save(peer: string, row: Uint8Array | undefined): Promise<void>
}

export interface Book {
  get(peer: string): Entry | undefined
  entries(): Entry[]
  addSeed(address: Multiaddr): void
  /** Notes a peer's record, told by someone as far as `from`, unless a later one is known. Returns whether the peer was new. */
  learn(news: News, from: Reach): boolean
  met(peer: string): void
  failed(peer: string): void
  /** Forgets whom nobody reached for a day, seeds excepted. */
  prune(): void
}

const DAY_MS = 86_400_000
export const MAX_KNOWN = 1000
const MAX_PER_PREFIX = 32
const MAX_ADDRESSES = 8
/** A node that keeps each of 1024 shards says so in 2 kB. */
const MAX_RECORD_BYTES = 4096

export async function openBook(
  storage: BookStorage | undefined,
  self: string,
  now: () => number,
): Promise<Book> {
  const entries = new Map<string, Entry>()
  for (const row of await storage?.load() ?? []) {
    const entry = decodeRow(row)
    if (entry !== undefined) entries.set(entry.peer, entry)
  }

  function put(entry: Entry): void {
    entries.set(entry.peer, entry)
    if (!entry.seed) save(entry.peer, encodeRow(entry))
  }

  function save(peer: string, row: Uint8Array | undefined): void {
    // The book in memory is the truth; what could not be written is learned again.
    storage?.save(peer, row).catch(() => {})
  }

  /** Whether the neighbourhood of a peer is full of others. */
  function crowded(peer: string, addresses: readonly Multiaddr[]): boolean {
    const prefixes = new Set(addresses.filter((a) => reachOf(a) === "public").map(prefixOf))
    if (prefixes.size === 0) return false
    let neighbours = 0
    for (const entry of entries.values()) {
      if (entry.peer === peer) continue
      if (entry.addresses.some((address) => prefixes.has(prefixOf(address)))) neighbours++
    }
    return neighbours >= MAX_PER_PREFIX
  }

  return {
    get: (peer) => entries.get(peer),
    entries: () => [...entries.values()],

    addSeed(address) {
      const peer = peerOf(address)
      if (peer === undefined || peer === self) return
      const known = entries.get(peer)
      entries.set(peer, {
        ...(known ?? blank(peer)),
        addresses: unique([address, ...known?.addresses ?? []]),
        seed: true,
      })
    },

    learn({ addresses, ...news }, from) {
      const { peer, record } = news
      if (peer === self || record.length > MAX_RECORD_BYTES) return false
      const known = entries.get(peer)
      if (known !== undefined && !supersedes(news, known)) return false
      const useful = addresses.filter((address) =>
        mayCross(address, from) && (from !== "public" || mayDial(address))
      )
      if (useful.length === 0 || crowded(peer, useful)) return false
      if (known === undefined && entries.size >= MAX_KNOWN) return false
      const seeds = known?.seed ? known.addresses : []
      put({ ...(known ?? blank(peer)), ...news, addresses: unique([...useful, ...seeds]) })
      return known === undefined
    },

    met(peer) {
      const known = entries.get(peer)
      if (known === undefined) return
      put({ ...known, metAt: now(), failures: 0, failingSince: undefined })
    },

    failed(peer) {
      const known = entries.get(peer)
      if (known === undefined) return
      entries.set(peer, {
        ...known,
        failures: known.failures + 1,
        failingSince: known.failingSince ?? now(),
      })
    },

    prune() {
      for (const { peer, seed, failingSince } of entries.values()) {
        if (!seed && failingSince !== undefined && now() - failingSince > DAY_MS) {
          entries.delete(peer)
          save(peer, undefined)
        }
      }
    },
  }
}

function blank(peer: string): Entry {
  return {
    peer,
    addresses: [],
    record: undefined,
    seq: 0n,
    kept: undefined,
    seed: false,
    metAt: 0,
    failures: 0,
    failingSince: undefined,
  }
}

/** The later record counts, but one that tells shards is not given up for one that never does. */
function supersedes(news: Pick<News, "seq" | "kept">, known: Entry): boolean {
  const [tells, told] = [news.kept !== undefined, known.kept !== undefined]
  return tells === told ? news.seq >= known.seq : tells
}

function unique(addresses: readonly Multiaddr[]): Multiaddr[] {
  return [...new Map(addresses.map((address) => [address.toString(), address])).values()]
    .slice(0, MAX_ADDRESSES)
}

interface Row {
  readonly peer: string
  readonly addresses: readonly string[]
  readonly record: string
  readonly seq?: string
  readonly kept?: readonly number[]
  readonly metAt: number
}

function encodeRow({ peer, addresses, record, seq, kept, metAt }: Entry): Uint8Array {
  const row: Row = {
    peer,
    addresses: addresses.map(String),
    record: toHex(record ?? new Uint8Array()),
    seq: String(seq),
    ...(kept && { kept }),
    metAt,
  }
  return new TextEncoder().encode(JSON.stringify(row))
}

function decodeRow(bytes: Uint8Array): Entry | undefined {
  try {
    const row = JSON.parse(new TextDecoder().decode(bytes)) as Row
    const { peer, addresses, record, seq = 0, kept, metAt } = row
    return {
      ...blank(peer),
      addresses: addresses.map((address) => multiaddr(address)),
      record: Uint8Array.from(record.match(/../g) ?? [], (byte) => parseInt(byte, 16)),
      seq: BigInt(seq),
      kept,
      metAt,
    }
  } catch {
    // A row of another version: the peer is learned again.
    return undefined
  }
}
