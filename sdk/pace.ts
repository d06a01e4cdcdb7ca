/** Resolves at once, or, when others have been waiting for long, after they had their turn. */
export type Pace = () => Promise<void> | undefined

// A page feels stuck after 50 ms; half of that leaves room for one slow piece.
const longestTurnMs = 20

/** A pace of its own for one client. */
export function createPace(): Pace {
  let turnEnds = 0
  return () => {
    const now = performance.now()
    if (now < turnEnds) return undefined
    // More than a turn ago: somebody else ran in between.
    const fresh = now > turnEnds + longestTurnMs
    turnEnds = now + longestTurnMs
    if (fresh) return undefined
    return new Promise((resolve) =>
      setTimeout(() => {
        turnEnds = performance.now() + longestTurnMs
        resolve()
      })
    )
  }
}
