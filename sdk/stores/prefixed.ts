import type { Store } from "./store.ts"

/** The part of `store` below `prefix`, as a store of its own. Closing it leaves `store` open. */
export function prefixed(store: Store, prefix: string): Store {
  return {
    get: (key) => store.get(prefix + key),
    set: (key, value) => store.set(prefix + key, value),
    delete: (key) => store.delete(prefix + key),
    async keys(start) {
      const keys = await store.keys(prefix + start)
      return keys.map((key) => key.slice(prefix.length))
    },
    lock: (name, work) => store.lock(prefix + name, work),
    close: () => Promise.resolve(),
  }
}
