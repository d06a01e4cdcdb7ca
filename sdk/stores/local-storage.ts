import { fromCodes } from "../bytes.ts"
import { WaferError } from "../error.ts"
import { orStoreError } from "./store-error.ts"
import type { Store } from "./store.ts"
import { webLock } from "./web-lock.ts"

/** The part of the Web Storage API that is needed. */
export type WebStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">

/**
 * A store in `localStorage` or `sessionStorage`. Each byte is a character of the same number, as the
 * official browser client writes them, so what that client left there can be read.
 *
 * Browsers grant some 5 MB per origin; when they are used up, `set` throws with code `store`.
 */
export function localStorageStore(storage: WebStorage = localStorage): Store {
  return {
    get: (key) =>
      orStoreError(() => {
        const text = storage.getItem(key)
        return text === null ? undefined : fromLatin1(text, key)
      }),
    set: (key, value) => orStoreError(() => storage.setItem(key, fromCodes(value))),
    delete: (key) => orStoreError(() => storage.removeItem(key)),
    keys: (prefix) =>
      orStoreError(() => {
        const all = Array.from({ length: storage.length }, (_, i) => storage.key(i))
        return all.filter((key) => key !== null && key.startsWith(prefix)).sort() as string[]
      }),
    lock: webLock("local-storage"),
    close: () => Promise.resolve(),
  }
}

function fromLatin1(text: string, key: string): Uint8Array {
  return Uint8Array.from(text, (char) => {
    const byte = char.charCodeAt(0)
    if (char.length === 1 && byte < 256) return byte
    throw new WaferError("malformed", `${key} holds text, not bytes`)
  })
}
