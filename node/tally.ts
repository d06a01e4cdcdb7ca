/** How many there are of each name; a name of which there are none is forgotten. */
export interface Tally {
  of(name: string): number
  add(name: string): void
  remove(name: string): void
}

export function createTally(): Tally {
  const counts = new Map<string, number>()
  const of = (name: string): number => counts.get(name) ?? 0
  return {
    of,
    add: (name) => void counts.set(name, of(name) + 1),
    remove(name) {
      const left = of(name) - 1
      if (left > 0) counts.set(name, left)
      else counts.delete(name)
    },
  }
}
