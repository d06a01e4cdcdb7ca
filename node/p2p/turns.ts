/** Runs a job when it is its turn. */
export type Turns = <T>(name: string, job: () => Promise<T>) => Promise<T>

/** Lets at most so many jobs of a name run at a time; the others wait, first come first served. */
export function createTurns(most: number): Turns {
  const names = new Map<string, { running: number; readonly waiting: (() => void)[] }>()
  return async (name, job) => {
    const turns = names.get(name) ?? { running: 0, waiting: [] }
    names.set(name, turns)
    if (turns.running < most) turns.running++
    else await new Promise<void>((resolve) => turns.waiting.push(resolve))
    try {
      return await job()
    } finally {
      // Whoever waits takes over the place.
      const next = turns.waiting.shift()
      if (next) next()
      else if (--turns.running === 0) names.delete(name)
    }
  }
}
