/**
 * Asks at most once in `ms`, however many want to know: who comes before that gets the same answer, also
 * while it is awaited, and also when it is a rejection.
 */
export function onceEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly atMs: number; readonly answer: Promise<T> } | undefined
  return () => {
    const atMs = performance.now()
    if (!last || atMs - last.atMs >= ms) last = { atMs, answer: ask() }
    return last.answer
  }
}
