/** A value that can be watched. The whole of the page's state lives in one of these. */
export interface Store<T> {
  get(): T
  /** Replaces the value; watchers hear of it unless it is the same object. */
  set(next: (value: T) => T): void
  /** Calls `watcher` after each change, until the returned function is called. */
  watch(watcher: () => void): () => void
}

export function store<T>(value: T): Store<T> {
  const watchers = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      const before = value
      value = next(value)
      if (value !== before) { for (const watcher of [...watchers]) watcher() }
    },
    watch(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
}
