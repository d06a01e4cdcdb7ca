import { asWaferError, type WaferError } from "./error.ts"

/** One result of many: what was asked for, or why not. */
export type Outcome<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly error: WaferError; readonly value?: undefined }

/** What `work` returns, or what it throws: `malformed` unless it says otherwise. */
export function attempt<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() }
  } catch (error) {
    return { error: asWaferError(error, "malformed") }
  }
}

/** `work` on the value of an outcome, if there is one. */
export function chain<T, U>({ value, error }: Outcome<T>, work: (value: T) => U): Outcome<U> {
  return error ? { error } : attempt(() => work(value))
}
