// Two ends of a libp2p stream without a network, that can be made to break.
import type { Stream } from "@libp2p/interface"

export interface PipeOptions {
  /** Bytes in one chunk, so that messages arrive in pieces. */
  readonly chunk?: number
  /** After so many sends, counted over both ends, the pipe breaks. */
  readonly breakAfter?: number
}

/** What one end sends, the other reads. */
export function pipe(
  { chunk = Infinity, breakAfter = Infinity }: PipeOptions = {},
): [Stream, Stream] {
  let sends = 0
  let broken: Error | undefined
  const ends = [end(), end()] as const

  function end(): {
    queue: Uint8Array[]
    closed: boolean
    wake: () => void
  } {
    return { queue: [], closed: false, wake: () => {} }
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
        if (broken !== undefined) throw broken
        for (let at = 0; at < data.length; at += chunk) {
          outbox.queue.push(data.slice(at, Math.min(data.length, at + chunk)))
        }
        outbox.wake()
        return true
      },
      onDrain: () => Promise.resolve(),
      close(): Promise<void> {
        outbox.closed = true
        outbox.wake()
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
