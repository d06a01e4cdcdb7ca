// /wafer/sync/1.0.0, the answering side: at most one session a peer and four in all at a time.
import type { Stream } from "@libp2p/interface"
import { type SyncOpen, SyncStatus } from "@wafer/proto/p2p"
import { compareBytes } from "../../store/envelope.ts"
import type { Buckets } from "../bucket.ts"
import { ProtocolError } from "../framing.ts"
import { hourDigests } from "./rbsr/audit.ts"
import { window } from "./rbsr/index.ts"
import { respond } from "./rbsr/reconcile.ts"
import {
  AHEAD,
  frame,
  limitsOf,
  max,
  MAX_ROUNDS,
  min,
  openSession,
  type Session,
  SESSION_VERSION,
  type SessionOptions,
} from "./session.ts"
import { setName } from "./sets.ts"

const MAX_HOURS = 2048
const MAX_SESSIONS = 4

export interface SyncServerOptions extends SessionOptions {
  /** One session in some seconds, for each peer and set. */
  readonly sessions: Buckets
  readonly retryAfterMs: number
  /** What the opening of a session over all of a set has shown. */
  readonly compared: (peer: string, set: number, equal: boolean) => void
  /** The peer holds so much more that this node should copy from it. */
  readonly outrun: (peer: string) => void
}

/** Answers the sessions and audits that peers open. */
export function createSyncServer(
  options: SyncServerOptions,
): (stream: Stream, peer: string) => Promise<void> {
  const { network, sets, windows, log } = options
  const busy = new Set<string>()

  function refusal(peer: string, request: SyncOpen): SyncStatus {
    if (request.network !== network) return SyncStatus.NETWORK
    if (request.version !== SESSION_VERSION || !sets.numbers.includes(request.set)) {
      return SyncStatus.UNSUPPORTED
    }
    if (busy.has(peer) || busy.size >= MAX_SESSIONS) return SyncStatus.BUSY
    if (!options.sessions.take(`${peer} ${request.set}`, 1)) return SyncStatus.RATE
    return SyncStatus.OK
  }

  async function session(sync: Session, peer: string, request: SyncOpen): Promise<void> {
    const { set } = request
    const name = setName(set)
    const low = max(request.lowNs, windows.lowNs(name))
    const high = min(request.highNs, windows.highNs(name))
    const inside = () => window(sets.of(set), low, high)
    const limits = limitsOf(request.frame)
    const own = inside()
    const fingerprint = own.fingerprint(0, own.size)
    if (low === windows.lowNs(name) && request.lowNs === low && request.highNs === high) {
      options.compared(peer, set, compareBytes(fingerprint, request.fingerprint) === 0)
    }
    await sync.write(frame({
      case: "accept",
      value: {
        lowNs: low,
        highNs: high,
        frame: limits.frame,
        count: BigInt(own.size),
        fingerprint,
      },
    }))
    const deadline = options.now() + options.sessionMs
    for (let rounds = 0;; rounds++) {
      const next = (await sync.read()).frame
      if (next.case === "done") {
        const result = next.value.have + next.value.need === 0n ? "equal" : "different"
        log.count("sessions", { role: "responder", result })
        return await sync.close()
      }
      if (next.case === "abort") {
        if (next.value.reason === AHEAD) options.outrun(peer)
        return await sync.close()
      }
      if (next.case !== "round") throw new ProtocolError("violation", `${next.case} in a session`)
      if (rounds >= MAX_ROUNDS || options.now() > deadline) {
        throw new ProtocolError("violation", "a session without an end")
      }
      await sync.write(
        frame({ case: "round", value: { message: respond(inside(), next.value.message, limits) } }),
      )
    }
  }

  return async (stream, peer) => {
    const sync = openSession(stream, options)
    const request = (await sync.read()).frame
    if (request.case === "audit") {
      const { set, fromHour, hours } = request.value
      if (!sets.numbers.includes(set) || hours > MAX_HOURS) {
        throw new ProtocolError("violation", `an audit of ${hours} hours of set ${set}`)
      }
      if (!options.sessions.take(`${peer} audit ${set}`, 1)) {
        throw new ProtocolError("violation", "audits in a row")
      }
      const digests = await hourDigests(sets.of(set), fromHour, hours)
      await sync.write(frame({ case: "digests", value: { digests } }))
      return await sync.close()
    }
    if (request.case !== "open") throw new ProtocolError("violation", `${request.case} first`)
    const status = refusal(peer, request.value)
    if (status !== SyncStatus.OK) {
      log.count("limited", { kind: "sync" })
      await sync.write(
        frame({ case: "accept", value: { status, retryAfterMs: options.retryAfterMs } }),
      )
      return await sync.close()
    }
    busy.add(peer)
    try {
      await session(sync, peer, request.value)
    } finally {
      busy.delete(peer)
      log.count("syncBytes", { dir: "in" }, sync.bytes.in)
      log.count("syncBytes", { dir: "out" }, sync.bytes.out)
    }
  }
}
