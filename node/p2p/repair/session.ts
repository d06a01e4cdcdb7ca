// The frames of /wafer/sync/1.0.0, for both sides of a session.
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import { type SyncFrame, SyncFrameSchema } from "@wafer/proto/p2p"
import type { Windows } from "../../store/window.ts"
import { type Channel, channel, ProtocolError } from "../framing.ts"
import type { PeerLog } from "../metrics.ts"
import { DEFAULT_LIMITS, type Limits } from "./rbsr/reconcile.ts"
import type { Sets } from "./sets.ts"

export const SYNC = "/wafer/sync/1.0.0"

export const SESSION_VERSION = 1
/** Reasons to end a session early: the asking side will copy, or the answering side should. */
export const BEHIND = "behind" as const
export const AHEAD = "ahead" as const
export const MAX_ROUNDS = 256
const MAX_FRAME = 1024 * 1024
const MIN_FRAME = 4096
const FRAME_OVERHEAD = 64 * 1024

export interface SessionOptions {
  readonly network: string
  readonly sets: Sets
  readonly windows: Windows
  readonly log: PeerLog
  readonly roundMs: number
  readonly sessionMs: number
  readonly now: () => number
}

export type Session = Channel<typeof SyncFrameSchema, typeof SyncFrameSchema>

/** A session over a fresh stream. */
export function openSession(
  stream: Stream,
  { roundMs }: SessionOptions,
): Session {
  const maxBytes = MAX_FRAME + FRAME_OVERHEAD
  return channel(stream, SyncFrameSchema, SyncFrameSchema, { maxBytes, timeoutMs: roundMs })
}

type Init = NonNullable<MessageInitShape<typeof SyncFrameSchema>["frame"]>
type Value<K> = Extract<SyncFrame["frame"], { case: K }>["value"]

export function frame(init: Init): SyncFrame {
  return create(SyncFrameSchema, { frame: init })
}

/** The next frame, which must be of one kind. */
export async function expect<K extends SyncFrame["frame"]["case"]>(
  sync: Session,
  kind: K,
): Promise<Value<K>> {
  const { frame } = await sync.read()
  if (frame.case === kind) return frame.value as Value<K>
  const said = frame.case === "abort" ? `: ${frame.value.reason}` : ""
  throw new ProtocolError("violation", `expected ${kind}, got ${frame.case}${said}`)
}

/** What a session allows when the other side takes messages of `frame` bytes. */
export function limitsOf(frame: number): Limits {
  return {
    ...DEFAULT_LIMITS,
    frame: Math.min(MAX_FRAME, Math.max(MIN_FRAME, Math.min(frame, DEFAULT_LIMITS.frame))),
  }
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
