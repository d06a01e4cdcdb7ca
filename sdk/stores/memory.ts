import { inOrder } from "./in-order.ts"
import type { Store } from "./store.ts"

/** A store that forgets everything when the process ends. */
export function memoryStore(): Store {
  const ordered = inOrder()
  const values = new Map<string, Uint8Array>()
  return {
    get: (key) => Promise.resolve(values.get(key)?.slice()),
    set(key, value) {
      values.set(key, value.slice())
      return Promise.resolve()
    },
    delete(key) {
      values.delete(key)
      return Promise.resolve()
    },
    keys: (prefix) =>
      Promise.resolve([...values.keys()].filter((key) => key.startsWith(prefix)).sort()),
    lock: (_, work) => ordered(work),
    close: () => Promise.resolve(),
  }
}
