/** Why a call of this package was refused. */
export type CryptoErrorCode =
  | "invalid-argument"
  | "invalid-secret-key"
  | "invalid-public-key"
  | "invalid-signature"
  | "authentication-failed"

/** The only error this package throws. Its message names what was expected and got, never a secret. */
export class CryptoError extends Error {
  override readonly name = "CryptoError"
  readonly code: CryptoErrorCode

  constructor(code: CryptoErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
