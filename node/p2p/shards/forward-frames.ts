// The frames of /wafer/forward/1.0.0, for both sides.
import { create, type MessageInitShape } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"
import {
  type ForwardFrame,
  type ForwardFrame_Refused,
  ForwardFrameSchema,
  type ForwardRequest,
  ForwardRequestSchema,
} from "@wafer/proto/p2p"
import { type Channel, channel } from "../framing.ts"

export const FORWARD = "/wafer/forward/1.0.0"

/** Longest messages: a page of 10 000 topics or some envelopes, and the largest envelope. */
const REQUEST_BYTES = 5 * 1024 * 1024
const FRAME_BYTES = 1100 * 1024
/** What one Take may carry. */
export const TAKE_BYTES = 4 * 1024 * 1024
export const MAX_TAKEN = 1024
/** Topics in one Live message. */
export const MAX_CHANGES = 1024

/** A stream to ask on, and the same on the answering side. */
export type Asked = Channel<typeof ForwardFrameSchema, typeof ForwardRequestSchema>
export type Answers = Channel<typeof ForwardRequestSchema, typeof ForwardFrameSchema>

/** Opens a stream to a peer. */
export type Open = (peer: string, protocol: string) => Promise<Stream>

/** A stream to ask on. */
export async function openForward(peer: string, open: Open, timeoutMs: number): Promise<Asked> {
  const limits = { maxBytes: FRAME_BYTES, timeoutMs }
  return channel(await open(peer, FORWARD), ForwardFrameSchema, ForwardRequestSchema, limits)
}

/** A stream that a peer asks on. */
export function answersOn(stream: Stream, timeoutMs: number): Answers {
  const limits = { maxBytes: REQUEST_BYTES, timeoutMs }
  return channel(stream, ForwardRequestSchema, ForwardFrameSchema, limits)
}

export function asking(
  want: MessageInitShape<typeof ForwardRequestSchema>["want"] & object,
): ForwardRequest {
  return create(ForwardRequestSchema, { want })
}

export function frame(
  init: NonNullable<MessageInitShape<typeof ForwardFrameSchema>["frame"]>,
): ForwardFrame {
  return create(ForwardFrameSchema, { frame: init })
}

/** A peer that is well and will not answer this request. */
export class Declined extends Error {
  override readonly name = "Declined"
  /** The request has a cursor that is of another node's log. */
  readonly foreignCursor: boolean

  constructor({ reason, foreignCursor }: ForwardFrame_Refused) {
    super(reason)
    this.foreignCursor = foreignCursor
  }
}
