import { WaferError } from "../error.ts"
import type { Keystore } from "./keystore.ts"

/** The keystore itself, whose verbs reject with `closed` once it is: its keys are zeros from then on. */
export function closing(keystore: Keystore): Keystore {
  let closed: Promise<void> | undefined
  const verbs = Object.entries(keystore).map(([name, verb]) => {
    const guarded = async (...request: unknown[]): Promise<unknown> => {
      if (closed) throw new WaferError("closed", "the keystore is closed")
      return await verb(...request)
    }
    return [name, guarded]
  })
  return { ...Object.fromEntries(verbs), close: () => closed ??= keystore.close() }
}
