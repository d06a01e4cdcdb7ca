/** Resolves at once, or, when others have been waiting for long, after they had their turn. */
export type Pace = () => Promise<void> | undefined

// A page feels stuck after 50 ms. What is on its way over the network feels it much sooner: an answer
// that nobody looks at, and a request that does not go out.
const longestTurnMs = 4

/** A pace of its own for one client. */
export function createPace(): Pace {
  let turnEnds = 0
  return () => {
    // Also when that was long ago: no clock tells a pause from a piece of work that took long.
    if (performance.now() < turnEnds) return undefined
    return othersTurn().then(() => void (turnEnds = performance.now() + longestTurnMs))
  }
}

// Servers have it, pages do not.
const { setImmediate } = globalThis as { setImmediate?: (then: () => void) => void }

/** Resolves when the event loop has been around. A timer would make a page wait for 4 ms each time. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) return setImmediate(resolve)
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
