// /wafer/sync/1.0.0: two nodes compare one window of one set and the asking side learns the
// differences. Bodies travel by /wafer/fetch.
import type { Stream } from "@libp2p/interface"
import { SyncStatus } from "@wafer/proto/p2p"
import { ProtocolError } from "../framing.ts"
import { HOUR_NS, hourDigests } from "./rbsr/audit.ts"
import { type Items, window } from "./rbsr/index.ts"
import { idText } from "./rbsr/key.ts"
import {
  compare,
  DEFAULT_LIMITS,
  initiate,
  initiateAtRandom,
  initiateWithIds,
} from "./rbsr/reconcile.ts"
import { MAX_U64 } from "./rbsr/varint.ts"
import {
  AHEAD,
  BEHIND,
  expect,
  frame,
  limitsOf,
  max,
  MAX_ROUNDS,
  min,
  openSession,
  SESSION_VERSION,
  type SessionOptions,
} from "./session.ts"
import { setName } from "./sets.ts"

// Below this share of the other's count, copying in order is cheaper than comparing.
const BULK_SHARE = 0.5
const BULK_LEAST = 1000

/** Ids that one session finds: a peer that makes them up must not fill memory. The next session finds the rest. */
const MAX_FOUND = 262_144

/** How the first message is cut. */
export type Cut = "even" | "random" | "ids"

/** What the asking side found out. */
export type Outcome =
  | { readonly kind: "equal"; readonly count: number }
  | { readonly kind: "different"; readonly have: Uint8Array[]; readonly need: Uint8Array[] }
  /** So much is missing here that it should be copied, from this time on. */
  | { readonly kind: "behind"; readonly lowNs: bigint }
  /** So much is missing there that the peer, which has been told, will copy it. */
  | { readonly kind: "ahead" }
  | { readonly kind: "refused"; readonly status: SyncStatus; readonly retryAfterMs: number }

export interface AskOptions {
  readonly set: number
  /** Compare from here on instead of from the edge of retention. */
  readonly lowNs?: bigint
  readonly highNs?: bigint
  readonly cut?: Cut
}

/** Opens a session on a fresh stream and compares to the end. Throws a `ProtocolError` or a `ReconcileError`. */
export async function reconcile(
  stream: Stream,
  options: SessionOptions,
  { set, lowNs = 0n, highNs = MAX_U64, cut = "even" }: AskOptions,
): Promise<Outcome> {
  const { sets, windows, log } = options
  const index = sets.of(set)
  const low = max(lowNs, windows.lowNs(setName(set)))
  const high = min(highNs, windows.highNs(setName(set)))
  const sync = openSession(stream, options)
  const deadline = options.now() + options.sessionMs
  const started = options.now()
  let rounds = 0
  try {
    const ours = window(index, low, high)
    await sync.write(frame({
      case: "open",
      value: {
        network: options.network,
        version: SESSION_VERSION,
        set,
        lowNs: low,
        highNs: high,
        frame: DEFAULT_LIMITS.frame,
        count: BigInt(ours.size),
        fingerprint: ours.fingerprint(0, ours.size),
      },
    }))
    const accept = await expect(sync, "accept")
    if (accept.status !== SyncStatus.OK) {
      await sync.close()
      return { kind: "refused", status: accept.status, retryAfterMs: accept.retryAfterMs }
    }
    if (accept.lowNs < low || accept.highNs > high) {
      throw new ProtocolError("violation", "a window wider than asked for")
    }
    const limits = limitsOf(accept.frame)
    const inside = (): Items => window(index, accept.lowNs, accept.highNs)
    const own = inside()
    const count = Number(accept.count)
    if (
      own.size === count && equal(own.fingerprint(0, count), accept.fingerprint) && cut !== "ids"
    ) {
      await sync.write(frame({ case: "done", value: { have: 0n, need: 0n } }))
      await sync.close()
      return { kind: "equal", count }
    }
    const lag = cut === "ids" ? "none" : lagOf(own.size, count)
    if (lag !== "none") {
      await sync.write(frame({ case: "abort", value: { reason: lag } }))
      await sync.close()
      return lag === BEHIND ? { kind: lag, lowNs: accept.lowNs } : { kind: lag }
    }
    const have = new Map<string, Uint8Array>()
    const need = new Map<string, Uint8Array>()
    let message: Uint8Array | undefined = first(inside(), cut)
    while (message !== undefined && have.size + need.size < MAX_FOUND) {
      if (++rounds > MAX_ROUNDS || options.now() > deadline) {
        throw new ProtocolError("timeout", `a session of more than ${rounds - 1} rounds`)
      }
      await sync.write(frame({ case: "round", value: { message } }))
      const answer = await expect(sync, "round")
      const step = compare(inside(), answer.message, limits)
      for (const id of step.have) have.set(idText(id), id)
      for (const id of step.need) need.set(idText(id), id)
      message = step.next
    }
    await sync.write(
      frame({ case: "done", value: { have: BigInt(have.size), need: BigInt(need.size) } }),
    )
    await sync.close()
    if (have.size + need.size === 0) return { kind: "equal", count: own.size }
    return { kind: "different", have: [...have.values()], need: [...need.values()] }
  } catch (error) {
    stream.abort(error as Error)
    throw error
  } finally {
    log.rounds.observe(rounds)
    log.syncSeconds.observe((options.now() - started) / 1000)
    log.count("syncBytes", { dir: "in" }, sync.bytes.in)
    log.count("syncBytes", { dir: "out" }, sync.bytes.out)
  }
}

/** The hours, of `hours` from `fromHour` on, whose digests differ from the peer's. */
export async function audit(
  stream: Stream,
  options: SessionOptions,
  set: number,
  fromHour: bigint,
  hours: number,
): Promise<bigint[]> {
  const sync = openSession(stream, options)
  try {
    await sync.write(
      frame({ case: "audit", value: { set, fromHour, hours } }),
    )
    const { digests } = await expect(sync, "digests")
    await sync.close()
    if (digests.length !== 32 * hours) {
      throw new ProtocolError("violation", `${digests.length} bytes for ${hours} digests`)
    }
    const own = await hourDigests(options.sets.of(set), fromHour, hours)
    const digest = (of: Uint8Array, i: number) => of.subarray(32 * i, 32 * i + 32)
    return Array.from({ length: hours }, (_, i) => i)
      .filter((i) => !equal(digest(own, i), digest(digests, i)))
      .map((i) => fromHour + BigInt(i))
  } catch (error) {
    stream.abort(error as Error)
    throw error
  }
}

function lagOf(ours: number, theirs: number): typeof BEHIND | typeof AHEAD | "none" {
  const [less, more] = ours < theirs ? [ours, theirs] : [theirs, ours]
  if (more - less <= BULK_LEAST || less >= more * BULK_SHARE) return "none"
  return ours < theirs ? BEHIND : AHEAD
}

function first(items: Items, cut: Cut): Uint8Array {
  if (cut === "ids") return initiateWithIds(items)
  return cut === "random" ? initiateAtRandom(items) : initiate(items)
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** The hour that a time in Unix milliseconds lies in. */
export function hourOf(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n / HOUR_NS
}
