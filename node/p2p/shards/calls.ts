// Keepers that are known and not connected: called when a client asks for what they keep, and let go when
// nobody has asked them for a while, so that a node reaches more of them than it has connections.
import type { PeerLog } from "../metrics.ts"
import { createTurns } from "../turns.ts"

export interface Calls {
  /** Resolves when `enough` keepers of all of these shards are connected, or no more are to be had in time. */
  call(shards: readonly number[], enough: number): Promise<void>
  /** A peer has answered a request. */
  answered(peer: string): void
  /** A peer has left. */
  forget(peer: string): void
  /** Lets go whom nobody has asked for ten minutes; call it now and then. */
  tick(): void
}

export interface CallsOptions {
  /** Connected peers that say they keep all of these shards. */
  readonly connected: (shards: readonly number[]) => readonly string[]
  /** Those that are not connected and do so by their records, in the order in which to call them. */
  readonly absent: (shards: readonly number[]) => readonly string[]
  /** Connects to a peer and asks what it keeps; resolves with whether it has said so. */
  readonly dial: (peer: string) => Promise<boolean>
  readonly hangUp: (peer: string) => void
  /** A peer says that it does not keep what its record told. */
  readonly misled: (peer: string, shards: readonly number[]) => void
  /** Whether a connection is good for more than what was called for. */
  readonly inUse: (peer: string) => boolean
  /** How long to keep a client waiting; what is under way goes on for the next. */
  readonly timeoutMs: number
  readonly log: PeerLog
  readonly now: () => number
}

/** Connections by calls at a time, beside those that a node has anyway. */
const MAX_CALLED = 32
const MAX_PARALLEL = 5
/** Keepers that one request may try. */
const MAX_TRIES = 5
const IDLE_MS = 600_000

export function createCalls(options: CallsOptions): Calls {
  const { now, log } = options
  /** By peer, when it was last of use; who was longest of none comes first. */
  const called = new Map<string, number>()
  const calling = new Map<string, Promise<void>>()
  const dialling = new Map<string, Promise<boolean>>()
  const inTurn = createTurns(MAX_PARALLEL)
  const count = (result: string) => log.count("forwards", { role: "asker", kind: "call", result })

  function letGo(peer: string): void {
    called.delete(peer)
    options.hangUp(peer)
  }

  /** Whether one more may be called; the one that was longest of no use has to go for it. */
  function makeRoom(): boolean {
    if (called.size < MAX_CALLED) return true
    const idle = [...called.keys()].find((peer) => !options.inUse(peer))
    if (idle === undefined) return false
    letGo(idle)
    return true
  }

  /** One dial, for whichever shards it is called at once. */
  function dial(peer: string): Promise<boolean> {
    const under = dialling.get(peer) ??
      inTurn("", () => options.dial(peer)).finally(() => dialling.delete(peer))
    dialling.set(peer, under)
    return under
  }

  async function callOne(peer: string, shards: readonly number[]): Promise<void> {
    if (!called.has(peer) && !makeRoom()) return count("full")
    called.set(peer, now())
    const told = await dial(peer)
    if (told && options.connected(shards).includes(peer)) return count("ok")
    letGo(peer)
    count(told ? "misled" : "failed")
    if (told) options.misled(peer, shards)
  }

  async function callSome(shards: readonly number[], enough: number): Promise<void> {
    const candidates = options.absent(shards).slice(0, MAX_TRIES)
    const lacking = () => enough - options.connected(shards).length
    const one = async () => {
      while (lacking() > 0) {
        const peer = candidates.shift()
        if (peer === undefined) return
        await callOne(peer, shards)
      }
    }
    await Promise.all(Array.from({ length: lacking() }, one))
  }

  return {
    async call(shards, enough) {
      if (options.connected(shards).length >= enough) return
      const name = shards.join()
      const under = calling.get(name) ??
        callSome(shards, enough).finally(() => calling.delete(name))
      calling.set(name, under)
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, options.timeoutMs))
      await Promise.race([under, late])
      clearTimeout(timer)
    },

    answered(peer) {
      if (called.delete(peer)) called.set(peer, now())
    },

    forget: (peer) => void called.delete(peer),

    tick() {
      for (const [peer, at] of called) {
        if (now() - at > IDLE_MS && !options.inUse(peer)) letGo(peer)
      }
    },
  }
}
