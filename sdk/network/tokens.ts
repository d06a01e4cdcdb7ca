import type { Keystore } from "../keystore/keystore.ts"
import { authDigest, encodeAuthData, encodeToken, tokenLifeMs } from "../protocol/token.ts"
import { msToNs } from "../time.ts"

/** The account's bearer token: made when needed, used for an hour. */
export interface Tokens {
  current(): Promise<string>
  /** The node refused it: the next one is new. */
  discard(): void
}

/** Tokens signed by the account's identity key. */
export function createTokens(keystore: Keystore, now: () => number = Date.now): Tokens {
  let token: Promise<string> | undefined
  let expires = 0

  async function make(createdMs: number): Promise<string> {
    const { address, bundle } = await keystore.account()
    const authData = encodeAuthData(address, msToNs(createdMs))
    const signature = await keystore.sign(authDigest(authData), "identity")
    return encodeToken(bundle.identityKey, authData, signature)
  }

  return {
    current() {
      const nowMs = now()
      if (token === undefined || nowMs >= expires) {
        expires = nowMs + tokenLifeMs
        token = make(nowMs)
        token.catch(() => token = undefined)
      }
      return token
    },
    discard() {
      token = undefined
    },
  }
}
