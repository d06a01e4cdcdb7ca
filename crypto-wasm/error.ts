/**
 * Why a call of this package was refused: "authentication-failed" is about what came from elsewhere,
 * the others are about what the caller handed in.
 */
export type CryptoErrorCode =
  | "invalid-argument"
  | "invalid-secret-key"
  | "invalid-public-key"
  | "invalid-signature"
  | "authentication-failed"

/** The only error this package throws. Its message names what was expected and got, never a secret. */
export class CryptoError extends Error {
  /** "CryptoError". */
  override readonly name = "CryptoError"
  /** What to tell cases apart by; the message is for people. */
  readonly code: CryptoErrorCode

  /** For this package to throw. */
  constructor(code: CryptoErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
