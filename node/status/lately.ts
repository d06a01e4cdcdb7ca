import type { Log } from "../log.ts"

export interface Event {
  readonly atMs: number
  readonly text: string
}

/** Remembers the last events of the log, to show them to anyone. */
export interface Lately {
  readonly listen: Log
  /** Newest first. */
  events(): readonly Event[]
}

const remembered = 6

export function createLately(now: () => Date): Lately {
  const events: Event[] = []
  return {
    listen(level, event, facts) {
      if (level === "debug") return
      // Numbers only: names and addresses are for the log.
      const numbers = Object.entries(facts ?? {}).filter(([, value]) => typeof value === "number")
      const told = numbers.map(([name, value]) => `${value} ${name}`).join(", ")
      const text = event[0]!.toUpperCase() + event.slice(1) + (told ? `: ${told}` : "")
      events.unshift({ atMs: now().getTime(), text })
      events.splice(remembered)
    },
    events: () => [...events],
  }
}
