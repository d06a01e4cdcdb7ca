// A clock that stands still until it is told to go on: whatever waits for a timer is run in its
// order, and nothing else decides who comes next. What runs twice, runs the same twice.
import { setImmediate } from "node:timers"

export interface Clock {
  /** Lets the time pass until `holds`, `ms` at most; resolves with whether it does. */
  until(holds: () => boolean, ms: number): Promise<boolean>
  /** Gives the real timers back. */
  [Symbol.dispose](): void
}

interface Timer {
  readonly id: number
  readonly run: () => void
  readonly everyMs: number | undefined
  atMs: number
}

/** Puts virtual time in the place of `setTimeout`, `setInterval` and `Date.now`. */
export function virtualClock(startMs: number): Clock {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis
  const { now } = Date
  const timers = new Map<number, Timer>()
  let nowMs = startMs
  let ids = 0

  function add(run: () => void, ms = 0, repeat = false): number {
    const delay = Math.max(1, Math.trunc(ms))
    timers.set(++ids, { id: ids, run, atMs: nowMs + delay, everyMs: repeat ? delay : undefined })
    return ids
  }
  const remove = (id: unknown) => void timers.delete(id as number)

  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms?: number) => add(run, ms),
    setInterval: (run: () => void, ms?: number) => add(run, ms, true),
    clearTimeout: remove,
    clearInterval: remove,
  })
  Date.now = () => nowMs

  function next(): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers.values()) {
      if (first === undefined || timer.atMs < first.atMs) first = timer
    }
    return first
  }

  /** Everything that can happen without time passing, happens. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    async until(holds, ms) {
      const endMs = nowMs + Math.trunc(ms)
      for (;;) {
        await settle()
        if (holds()) return true
        const timer = next()
        if (timer === undefined || timer.atMs > endMs) {
          nowMs = endMs
          return false
        }
        nowMs = timer.atMs
        if (timer.everyMs === undefined) timers.delete(timer.id)
        else timer.atMs += timer.everyMs
        timer.run()
      }
    },
    [Symbol.dispose]() {
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval })
      Date.now = now
    },
  }
}
