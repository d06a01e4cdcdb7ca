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
  /** Sends messages in one piece; resolves when the stream takes more. */
  write(...messages: MessageShape<Out>[]): Promise<void>
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
  // What has arrived and was not read yet lies between `start` and `end`.
  let buffer: Uint8Array = new Uint8Array(0)
  let start = 0
  let end = 0
  let ended = false

  /** Room grows by doubling: a message in many small pieces costs no more than its length. */
  function append(chunk: Uint8Array): void {
    const held = end - start
    if (held === 0) {
      buffer = chunk
      start = 0
    } else {
      if (buffer.length - end < chunk.length) {
        const room = new Uint8Array(Math.max(2 * held, held + chunk.length))
        room.set(buffer.subarray(start, end))
        buffer = room
        start = 0
      }
      buffer.set(chunk, start + held)
    }
    end = start + held + chunk.length
  }

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
    // The transport hands out Buffers, whose slice() is no copy.
    const { buffer: memory, byteOffset, byteLength } = step.value.subarray()
    const chunk = new Uint8Array(memory, byteOffset, byteLength)
    bytes.in += chunk.length
    append(chunk)
  }

  async function frame(deadline: Promise<never>): Promise<Uint8Array> {
    for (;;) {
      const prefix = readPrefix(buffer.subarray(start, end))
      if (prefix !== undefined) {
        if (prefix.length > limits.maxBytes) {
          throw new ProtocolError(
            "oversized",
            `a message of ${prefix.length} bytes, at most ${limits.maxBytes} are allowed`,
          )
        }
        const body = start + prefix.size
        if (end - body >= prefix.length) {
          start = body + prefix.length
          return buffer.slice(body, start)
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
    async write(...messages) {
      const framed = joined(messages.map((message) => prefixed(toBinary(outgoing, message))))
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

function readPrefix(bytes: Uint8Array): { size: number; length: number } | undefined {
  let length = 0
  for (let i = 0; i < MAX_PREFIX; i++) {
    const byte = bytes[i]
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

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
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
