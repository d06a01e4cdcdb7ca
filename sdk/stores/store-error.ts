import { asWaferError } from "../error.ts"

/** What `work` comes to; a failure of the storage becomes an error with the code `store`. */
export async function orStoreError<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asWaferError(error, "store")
  }
}
