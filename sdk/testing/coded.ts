import { WaferError, type WaferErrorCode } from "../error.ts"

/** For `assert.throws` and `assert.rejects`: a WaferError with this code. */
export function coded(code: WaferErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof WaferError && error.code === code
}
