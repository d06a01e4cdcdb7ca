import type { Ingest } from "./ingest.ts"
import { onceEvery } from "./once-every.ts"
import type { Store } from "./store/store.ts"

const answerMs = 3000
const againMs = 1000

/**
 * Tells whether a node can take messages: the result resolves when it can, and rejects with the reason
 * why not. However many ask, the store is asked once a second; a remote one that is away would not answer
 * at all, and is given three.
 */
export function createReadiness(
  store: Pick<Store, "check">,
  ingest: Pick<Ingest, "check">,
): () => Promise<void> {
  const checkStore = onceEvery(againMs, () => soon(store.check()))
  return async () => {
    ingest.check()
    await checkStore()
  }
}

/** Rejects when the store takes longer than a balancer waits for an answer. */
function soon(answer: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error("the store does not answer"))
    const timer = setTimeout(late, answerMs)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
