import { WaferError } from "../error.ts"
import { orStoreError } from "./store-error.ts"
import type { Store } from "./store.ts"
import { webLock } from "./web-lock.ts"

const table = "values"

/** A store in the browser's IndexedDB, in a database of the given name. Works in workers too. */
export function indexedDbStore(name = "wafer"): Store {
  let opening: Promise<IDBDatabase> | undefined
  let closed = false

  /** One that fails is tried again with the next call. */
  async function open(): Promise<IDBDatabase> {
    try {
      return await openDatabase(name)
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  /** Runs `work` in a transaction and resolves with its result when that is committed. */
  async function transact<T>(
    mode: IDBTransactionMode,
    work: (values: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    if (closed) throw new WaferError("closed", `the store ${name} is closed`)
    return await orStoreError(async () => {
      const database = await (opening ??= open())
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(table, mode)
        const request = work(transaction.objectStore(table))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
      })
    })
  }

  return {
    get: (key) => transact<Uint8Array | undefined>("readonly", (values) => values.get(key)),
    async set(key, value) {
      // Copied now, as the caller may reuse it; and a view would take its whole buffer along.
      const copy = value.slice()
      await transact("readwrite", (values) => values.put(copy, key))
    },
    async delete(key) {
      await transact("readwrite", (values) => values.delete(key))
    },
    async keys(prefix) {
      const from = IDBKeyRange.lowerBound(prefix)
      const keys = await transact("readonly", (values) => values.getAllKeys(from))
      return (keys as string[]).filter((key) => key.startsWith(prefix))
    },
    lock: webLock(`indexed-db/${name}`),
    async close() {
      closed = true
      const database = await opening?.catch(() => undefined)
      database?.close()
    },
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(table)
    request.onsuccess = () => {
      // Another page that deletes the database must not wait for this one.
      request.result.onversionchange = () => request.result.close()
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })
}
