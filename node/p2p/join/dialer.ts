// Whom to connect to, and when to try again. The library's own redialling gives up after 31 seconds;
// seeds are never given up here.
import { prefixOf } from "./address.ts"
import type { Book, Entry } from "./book.ts"

export interface DialerOptions {
  readonly book: Book
  /** Peers that are connected now, with the side that opened the connection. */
  readonly connected: () => ReadonlyMap<string, "inbound" | "outbound">
  readonly allows: (peer: string) => boolean
  /** Resolves when the peer is connected. */
  readonly dial: (entry: Entry, signal: AbortSignal) => Promise<void>
  readonly dialled: (result: "ok" | "failed") => void
  readonly hangUp: (peer: string) => void
  /** Connections that this node opens by itself, beside seeds. */
  readonly target: number
  /** Tells the peers that are dialled also when there are as many: up to 64. */
  readonly needed: () => (entry: Entry) => boolean
  readonly now: () => number
  readonly random?: () => number
}

export interface Dialer {
  /** Starts the dials that are due; call it every few seconds. */
  tick(): void
  /** Dials a peer now, whatever its back-off. */
  redial(peer: string): void
  /** Lets a peer be for a minute. */
  rest(peer: string): void
  /** Dials a known peer when its back-off allows; resolves with whether it is connected. */
  call(peer: string): Promise<boolean>
  /** Gives one connection to somebody else, when all are taken: who surrounds a node does not keep it. */
  rotate(): void
  close(): void
}

const MAX_PARALLEL = 5
/** Connections that a node opens where it lacks peers of some kind, beside seeds. */
export const MAX_OUTBOUND = 64
const MAX_BACKOFF_MS = 60_000
const DIAL_TIMEOUT_MS = 10_000
const MAX_PER_PREFIX = 2

/** 1, 2, 4 ... 60 seconds, up to a fifth more or less: nodes that fell together do not rise together. */
export function backoffMs(failures: number, random: number): number {
  return Math.min(MAX_BACKOFF_MS, 1000 * 2 ** (failures - 1)) * (0.8 + 0.4 * random)
}

export function createDialer(options: DialerOptions): Dialer {
  const { book, now } = options
  const random = options.random ?? Math.random
  const stop = new AbortController()
  const dialling = new Map<string, Promise<boolean>>()
  const notBefore = new Map<string, number>()
  const called = new Set<string>()

  function start(entry: Entry): Promise<boolean> {
    const dial = dialOnce(entry).finally(() => dialling.delete(entry.peer))
    dialling.set(entry.peer, dial)
    return dial
  }

  async function dialOnce(entry: Entry): Promise<boolean> {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
    try {
      await options.dial(entry, signal)
      notBefore.delete(entry.peer)
      book.met(entry.peer)
      options.dialled("ok")
      return true
    } catch {
      if (stop.signal.aborted) return false
      book.failed(entry.peer)
      const failures = book.get(entry.peer)?.failures ?? 1
      notBefore.set(entry.peer, now() + backoffMs(failures, random()))
      options.dialled("failed")
      return false
    }
  }

  function due(entry: Entry): boolean {
    return options.allows(entry.peer) && !dialling.has(entry.peer) && entry.addresses.length > 0 &&
      (notBefore.get(entry.peer) ?? 0) <= now()
  }

  /** Connections that this node has opened for itself, and not because a client asked. */
  function chosenOf(connected: ReturnType<DialerOptions["connected"]>): string[] {
    for (const peer of called) if (!connected.has(peer) && !dialling.has(peer)) called.delete(peer)
    return [...connected].filter(([, direction]) => direction === "outbound")
      .map(([peer]) => peer).filter((peer) => !called.has(peer))
  }

  function tick(): void {
    for (const peer of notBefore.keys()) if (book.get(peer) === undefined) notBefore.delete(peer)
    const connected = options.connected()
    const missing = book.entries().filter((entry) => !connected.has(entry.peer))
    const chosen = missing.filter((entry) => entry.seed && due(entry))
    const outbound = chosenOf(connected)
    const prefixes = new Map<string, number>()
    const occupy = (entry: Entry | undefined) => {
      const prefix = entry?.addresses[0] && prefixOf(entry.addresses[0])
      if (prefix) prefixes.set(prefix, (prefixes.get(prefix) ?? 0) + 1)
    }
    outbound.forEach((peer) => occupy(book.get(peer)))
    const open = outbound.length + dialling.size
    const isNeeded = options.needed()
    // Those met last come first: they are most likely there, and an attacker cannot fake it.
    const others = missing.filter((entry) => !entry.seed && due(entry))
      .map((entry) => ({ entry, rank: entry.metAt + random() }))
      .sort((a, b) => b.rank - a.rank)
    // Neighbours fill what is left: a network inside one house has no other addresses.
    const spread = others.filter(({ entry }) => {
      const prefix = prefixOf(entry.addresses[0]!)
      if ((prefixes.get(prefix) ?? 0) >= MAX_PER_PREFIX) return false
      occupy(entry)
      return true
    })
    const ranked = [...new Set([...spread, ...others])].map(({ entry }) => entry)
    const needed = ranked.filter(isNeeded).slice(0, Math.max(0, MAX_OUTBOUND - open))
    const free = Math.max(needed.length, options.target - open)
    chosen.push(...[...new Set([...needed, ...ranked])].slice(0, free))
    for (const entry of chosen.slice(0, Math.max(0, MAX_PARALLEL - dialling.size))) {
      void start(entry)
    }
  }

  function rest(peer: string): void {
    notBefore.set(peer, now() + MAX_BACKOFF_MS)
  }

  return {
    tick,
    rest,
    redial(peer) {
      const entry = book.get(peer)
      notBefore.delete(peer)
      if (entry !== undefined && due(entry)) void start(entry)
    },
    async call(peer) {
      if (options.connected().has(peer)) return true
      const under = dialling.get(peer)
      if (under !== undefined) return await under
      const entry = book.get(peer)
      if (entry === undefined || !due(entry)) return false
      called.add(peer)
      return await start(entry)
    },
    rotate() {
      const connected = options.connected()
      const chosen = chosenOf(connected).filter((peer) => book.get(peer)?.seed === false)
      const others = book.entries().filter((entry) => !connected.has(entry.peer) && due(entry))
      const next = others[Math.floor(random() * others.length)]
      if (next === undefined || chosen.length < options.target) return
      const leaving = chosen[Math.floor(random() * chosen.length)]!
      // It may come back, but not at once.
      rest(leaving)
      options.hangUp(leaving)
      void start(next)
    },
    close: () => stop.abort(),
  }
}
