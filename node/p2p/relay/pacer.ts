// Publishing at the speed of the links. A write buffer that overflows kills the link behind it, so
// messages wait here, and what waits too long is dropped and counted: it is stored, repair brings it.

export interface PacerOptions {
  /** Unsent bytes for each peer that a publish would go to. */
  readonly backlogs: () => Iterable<readonly [peer: string, bytes: number]>
  readonly publish: (data: Uint8Array, topic: string) => Promise<void>
  readonly dropped: (data: Uint8Array) => void
  readonly now: () => number
  readonly limits?: Partial<PacerLimits>
}

export interface PacerLimits {
  /** A peer with more unsent than this holds the queue back. */
  readonly waitBytes: number
  /** A peer with more than this, for `skipMs`, no longer does: the watchdog will renew its link. */
  readonly skipBytes: number
  readonly skipMs: number
  readonly queueBytes: number
  readonly queueLength: number
  readonly pollMs: number
}

const MIB = 1024 * 1024

export const PACER_LIMITS: PacerLimits = {
  waitBytes: 8 * MIB,
  skipBytes: 32 * MIB,
  skipMs: 5000,
  queueBytes: 64 * MIB,
  queueLength: 20_000,
  pollMs: 10,
}

/** How long to publish before others get their turn. */
const SLICE_MS = 5

export interface Pacer {
  /** Queues a message for a gossip topic, or drops it when the queue is full. Never waits, never throws. */
  push(data: Uint8Array, topic: string): void
  readonly queuedBytes: number
  close(): void
}

export function createPacer(options: PacerOptions): Pacer {
  const limits = { ...PACER_LIMITS, ...options.limits }
  const queue: { readonly data: Uint8Array; readonly topic: string }[] = []
  const slowSince = new Map<string, number>()
  let queuedBytes = 0
  let running = false
  let closed = false

  function mustWait(): boolean {
    const now = options.now()
    let wait = false
    for (const [peer, bytes] of options.backlogs()) {
      if (bytes <= limits.skipBytes) slowSince.delete(peer)
      else if (!slowSince.has(peer)) slowSince.set(peer, now)
      const skipped = now - (slowSince.get(peer) ?? now) > limits.skipMs
      if (bytes > limits.waitBytes && !skipped) wait = true
    }
    return wait
  }

  async function drain(): Promise<void> {
    running = true
    while (queue.length > 0 && !closed) {
      const started = options.now()
      while (queue.length > 0 && !mustWait() && options.now() - started < SLICE_MS) {
        const { data, topic } = queue.shift()!
        queuedBytes -= data.length
        await options.publish(data, topic)
      }
      if (queue.length > 0) {
        await new Promise((resolve) => setTimeout(resolve, mustWait() ? limits.pollMs : 0))
      }
    }
    running = false
  }

  return {
    push(data, topic) {
      if (
        closed || queue.length >= limits.queueLength ||
        queuedBytes + data.length > limits.queueBytes
      ) {
        options.dropped(data)
        return
      }
      queue.push({ data, topic })
      queuedBytes += data.length
      if (!running) void drain()
    },
    get queuedBytes() {
      return queuedBytes
    },
    close() {
      closed = true
      for (const { data } of queue.splice(0)) options.dropped(data)
    },
  }
}
