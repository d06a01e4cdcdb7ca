import type { Envelope } from "@wafer/proto"

/** What waits for one slow reader, in order. */
export interface Backlog<T> {
  readonly length: number
  /** Whether there was room. */
  push(one: T): boolean
  shift(): T | undefined
}

/** Of messages: a thousand of the largest would be a gigabyte. */
const mostBytes = 64 * 1024 * 1024

/** Room for `most` envelopes, and for 64 MiB of them. */
export function createBacklog<T extends { readonly envelope: Envelope }>(most: number): Backlog<T> {
  const queue: T[] = []
  let waitingBytes = 0
  return {
    get length() {
      return queue.length
    },

    push(one) {
      const { length } = one.envelope.message
      if (queue.length >= most || waitingBytes + length > mostBytes) return false
      waitingBytes += length
      queue.push(one)
      return true
    },

    shift() {
      const one = queue.shift()
      waitingBytes -= one?.envelope.message.length ?? 0
      return one
    },
  }
}
