// Protobuf messages on a libp2p stream, each behind its length as an unsigned LEB128 varint.
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf"
import type { Stream } from "@libp2p/interface"

/** How a peer broke a protocol, or that it was too slow. The stream is of no more use. */
export type ProtocolCode = "closed" | "timeout" | "oversized" | "malformed" | "violation"

export class ProtocolError extends Error {
  override readonly name = "ProtocolError"
  readonly code: ProtocolCode

  constructor(code: ProtocolCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What the channel allows the peer. */
export interface ChannelLimits {
  /** The longest message, in bytes. */
  readonly maxBytes: number
  /** How long a message may take to arrive, or our own to leave. */
  readonly timeoutMs: number
}

/** Messages of one kind each way over one stream. */
export interface Channel<In extends DescMessage, Out extends DescMessage> {
  /** The next message. Throws a `ProtocolError` when none arrives in time, or not a proper one. */
  read(timeoutMs?: number): Promise<MessageShape<In>>
  /** Resolves when the stream takes more. */
  write(message: MessageShape<Out>): Promise<void>
  /** No more messages from our side. */
  close(): Promise<void>
  abort(reason: Error): void
  /** Bytes that went through, for metrics. */
  readonly bytes: { in: number; out: number }
}

const MAX_PREFIX = 4

/** Opens a channel on a stream that nobody else reads. */
export function channel<In extends DescMessage, Out extends DescMessage>(
  stream: Stream,
  incoming: In,
  outgoing: Out,
  limits: ChannelLimits,
): Channel<In, Out> {
  const chunks = stream[Symbol.asyncIterator]()
  const bytes = { in: 0, out: 0 }
  let buffer = new Uint8Array(0)
  let ended = false

  async function more(deadline: Promise<never>): Promise<void> {
    if (ended) throw new ProtocolError("closed", "the peer ended the stream")
    let step: IteratorResult<Uint8Array | { subarray(): Uint8Array }>
    try {
      step = await Promise.race([chunks.next(), deadline])
    } catch (cause) {
      if (cause instanceof ProtocolError) throw cause
      throw new ProtocolError("closed", "the stream broke", { cause })
    }
    if (step.done) {
      ended = true
      throw new ProtocolError("closed", "the peer ended the stream")
    }
    const chunk = step.value.subarray()
    bytes.in += chunk.length
    const grown = new Uint8Array(buffer.length + chunk.length)
    grown.set(buffer)
    grown.set(chunk, buffer.length)
    buffer = grown
  }

  async function frame(deadline: Promise<never>): Promise<Uint8Array> {
    for (;;) {
      const prefix = readPrefix(buffer)
      if (prefix !== undefined) {
        if (prefix.length > limits.maxBytes) {
          throw new ProtocolError(
            "oversized",
            `a message of ${prefix.length} bytes, at most ${limits.maxBytes} are allowed`,
          )
        }
        const end = prefix.size + prefix.length
        if (buffer.length >= end) {
          const body = buffer.slice(prefix.size, end)
          buffer = buffer.slice(end)
          return body
        }
      }
      await more(deadline)
    }
  }

  return {
    bytes,
    async read(timeoutMs = limits.timeoutMs) {
      const timer = alarm(timeoutMs, "the peer sent nothing")
      try {
        return fromBinary(incoming, await frame(timer.expired))
      } catch (error) {
        if (error instanceof ProtocolError) throw error
        throw new ProtocolError("malformed", "not a message of this protocol", { cause: error })
      } finally {
        timer.clear()
      }
    },
    async write(message) {
      const body = toBinary(outgoing, message)
      const framed = prefixed(body)
      bytes.out += framed.length
      try {
        if (stream.send(framed)) return
      } catch (cause) {
        throw new ProtocolError("closed", "the stream takes nothing more", { cause })
      }
      const timer = alarm(limits.timeoutMs, "the peer reads nothing")
      try {
        await Promise.race([stream.onDrain(), timer.expired])
      } catch (cause) {
        if (cause instanceof ProtocolError) throw cause
        throw new ProtocolError("closed", "the stream broke", { cause })
      } finally {
        timer.clear()
      }
    },
    close: () => stream.close(),
    abort: (reason) => stream.abort(reason),
  }
}

function readPrefix(buffer: Uint8Array): { size: number; length: number } | undefined {
  let length = 0
  for (let i = 0; i < MAX_PREFIX; i++) {
    const byte = buffer[i]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { size: i + 1, length }
  }
  throw new ProtocolError("oversized", "a length of more than four bytes")
}

/** A body behind its length. */
export function prefixed(body: Uint8Array): Uint8Array {
  const groups: number[] = []
  let rest = body.length
  for (; rest > 0x7f; rest >>>= 7) groups.push(rest & 0x7f | 0x80)
  groups.push(rest)
  const framed = new Uint8Array(groups.length + body.length)
  framed.set(groups)
  framed.set(body, groups.length)
  return framed
}

function alarm(ms: number, what: string): { expired: Promise<never>; clear(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProtocolError("timeout", `${what} for ${ms} ms`)), ms)
  })
  // Whoever stops waiting early must not leave an unhandled rejection behind.
  expired.catch(() => {})
  return { expired, clear: () => clearTimeout(timer) }
}
