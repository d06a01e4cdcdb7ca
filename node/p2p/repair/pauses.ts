/** Waits that all end when there is nothing more to wait for. */
export interface Pauses {
  /** Resolves after `ms`, or at the end. */
  pause(ms: number): Promise<void>
  readonly over: boolean
  end(): void
}

export function createPauses(): Pauses {
  const waiting = new Map<ReturnType<typeof setTimeout>, () => void>()
  let over = false
  return {
    get over() {
      return over
    },
    pause: (ms) =>
      new Promise((resolve) => {
        if (over) return resolve()
        const timer = setTimeout(() => {
          waiting.delete(timer)
          resolve()
        }, ms)
        waiting.set(timer, resolve)
      }),
    end() {
      over = true
      for (const [timer, resolve] of waiting) {
        clearTimeout(timer)
        resolve()
      }
      waiting.clear()
    },
  }
}
