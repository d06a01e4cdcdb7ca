/**
 * Where a client keeps what it learnt: conversations with their keys, and when it last asked for them.
 * Bytes under string keys, so that any storage can carry it. The client seals values before they arrive
 * here. Implementations throw `WaferError` with the code `store` when the storage fails.
 */
export interface Store {
  /** The value under `key`, or undefined. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Replaces the value under `key`. Resolves when a reader in another process would see it. */
  set(key: string, value: Uint8Array): Promise<void>
  /** Removes `key`; no error when it is absent. */
  delete(key: string): Promise<void>
  /** Every key that begins with `prefix`, in code-unit order. */
  keys(prefix: string): Promise<string[]>
  /**
   * Runs `work` while nobody else runs one under the same name: no other tab or process that shares the
   * storage either, as far as its kind can know. Inside, no other lock is taken.
   */
  lock<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Releases what the store holds open. Idempotent. */
  close(): Promise<void>
}
