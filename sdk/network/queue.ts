/** Hands what one side pushes to the other side that waits for it. */
export interface Queue<T> extends AsyncIterable<T> {
  /** How many wait. */
  readonly length: number
  push(value: T): void
  /** No more will come. With a reason, the reader gets that as an error. */
  end(reason?: unknown): void
}

/** A queue with one reader. How many may wait is for the side that pushes to say. */
export function createQueue<T>(): Queue<T> {
  const waiting: T[] = []
  let ended: { reason: unknown } | undefined
  let wake: (() => void) | undefined
  return {
    get length() {
      return waiting.length
    },
    push(value) {
      waiting.push(value)
      wake?.()
    },
    end(reason) {
      ended ??= { reason }
      wake?.()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift()!
        if (ended) {
          if (ended.reason !== undefined) throw ended.reason
          return
        }
        await new Promise<void>((resolve) => wake = resolve)
      }
    },
  }
}
