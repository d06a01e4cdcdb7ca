import { inOrder } from "./in-order.ts"
import type { Store } from "./store.ts"

/**
 * Locks that all tabs and workers of an origin respect, where the browser has the Web Locks API: pages
 * of `https:` and of this machine have. Elsewhere those of one store do.
 */
export function webLock(scope: string): Store["lock"] {
  const ordered = inOrder()
  return async (name, work) => {
    const locks = globalThis.navigator?.locks
    return await (locks ? locks.request(`${scope}/${name}`, work) : ordered(work))
  }
}
