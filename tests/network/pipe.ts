// Two ends of a libp2p stream without a network, that can be made to break.
import type { Stream } from "@libp2p/interface"

export interface PipeOptions {
  /** Bytes in one chunk, so that messages arrive in pieces. */
  readonly chunk?: number
  /** After so many sends, counted over both ends, the pipe breaks. */
  readonly breakAfter?: number
  /** How long a send is on its way, in milliseconds; bytes keep their order. */
  readonly delayMs?: () => number
  /** Told before every send of end 0 or 1; after a throw, or a break, nothing is sent. */
  readonly sending?: (end: number) => void
}

interface End {
  readonly queue: Uint8Array[]
  closed: boolean
  wake: () => void
  /** When the last send arrives. */
  dueMs: number
}

/** What one end sends, the other reads. */
export function pipe(
  { chunk = Infinity, breakAfter = Infinity, delayMs, sending }: PipeOptions = {},
): [Stream, Stream] {
  let sends = 0
  let broken: Error | undefined
  const ends = [end(), end()] as const

  function end(): End {
    return { queue: [], closed: false, wake: () => {}, dueMs: 0 }
  }

  /** Does something at an end at once, or after its delay and whatever was sent before. */
  function later(at: End, what: () => void): void {
    const arrive = () => {
      what()
      at.wake()
    }
    if (delayMs === undefined) return arrive()
    const now = Date.now()
    at.dueMs = Math.max(at.dueMs, now + delayMs())
    setTimeout(arrive, at.dueMs - now)
  }

  function fail(error: Error): void {
    broken ??= error
    ends.forEach(({ wake }) => wake())
  }

  function stream(own: number): Stream {
    const inbox = ends[own]!
    const outbox = ends[1 - own]!
    const made = {
      send(data: Uint8Array): boolean {
        if (broken === undefined && ++sends > breakAfter) fail(new Error("the pipe broke"))
        if (broken === undefined) sending?.(own)
        if (broken !== undefined) throw broken
        const pieces: Uint8Array[] = []
        for (let at = 0; at < data.length; at += chunk) {
          pieces.push(data.slice(at, Math.min(data.length, at + chunk)))
        }
        later(outbox, () => outbox.queue.push(...pieces))
        return true
      },
      onDrain: () => Promise.resolve(),
      close(): Promise<void> {
        later(outbox, () => outbox.closed = true)
        return Promise.resolve()
      },
      abort: fail,
      async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
        for (;;) {
          if (broken !== undefined) throw broken
          const next = inbox.queue.shift()
          if (next !== undefined) yield next
          else if (inbox.closed) return
          else await new Promise<void>((resolve) => inbox.wake = resolve)
        }
      },
    }
    return made as unknown as Stream
  }

  return [stream(0), stream(1)]
}
