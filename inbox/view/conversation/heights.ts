/** Where each row of a virtual list begins, from heights that are guessed until measured. */
export interface Heights {
  /** Follows a changed list of rows; heights already measured stay. */
  follow(keys: readonly string[]): void
  /** Takes a measured height; true when it was news. */
  measure(key: string, height: number): boolean
  top(index: number): number
  total(): number
  /** The row that covers `y`. */
  at(y: number): number
  indexOf(key: string): number
}

export function heights(guess: number): Heights {
  const known = new Map<string, number>()
  let keys: readonly string[] = []
  let index = new Map<string, number>()
  let tops = new Float64Array(1)
  let stale = 0

  // Sums are made when asked for, from the first row that changed.
  const upTo = (row: number) => {
    for (; stale < row; stale++) tops[stale + 1] = tops[stale]! + (known.get(keys[stale]!) ?? guess)
  }
  return {
    follow(next) {
      if (next === keys) return
      keys = next
      index = new Map(next.map((key, i) => [key, i]))
      tops = new Float64Array(next.length + 1)
      stale = 0
    },
    measure(key, height) {
      if (known.get(key) === height) return false
      known.set(key, height)
      stale = Math.min(stale, index.get(key) ?? stale)
      return true
    },
    top(row) {
      upTo(row)
      return tops[row]!
    },
    total() {
      upTo(keys.length)
      return tops[keys.length]!
    },
    at(y) {
      upTo(keys.length)
      let [low, high] = [0, Math.max(0, keys.length - 1)]
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (tops[middle]! <= y) low = middle
        else high = middle - 1
      }
      return low
    },
    indexOf: (key) => index.get(key) ?? -1,
  }
}
