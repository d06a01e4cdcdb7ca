import { fromHex, toHex } from "../bytes.ts"
import { WaferError } from "../error.ts"
import type { Store } from "../stores/store.ts"
import { prefixed } from "../stores/prefixed.ts"

/** The account of this machine's user, as it lies in a store that nobody else may read. */
export interface Profile {
  /** Where it lies, for people. */
  readonly location: string
  /** The account's keys, as `Client.exportKeys` gives them; undefined when there is no account. */
  keys(): Promise<Uint8Array | undefined>
  /** The wallet's private key, when the account came with one. */
  wallet(): Promise<Uint8Array | undefined>
  /** Makes this the account. Throws `store` when there is one already. */
  create(account: { keys: Uint8Array; wallet?: Uint8Array }): Promise<void>
  /** What the client keeps. */
  readonly store: Store
}

/** The profile that lies in `store`. */
export function openProfile(store: Store, location: string): Profile {
  return {
    location,
    keys: () => store.get("keys"),
    wallet: () => store.get("wallet"),
    async create({ keys, wallet }) {
      if (await store.get("keys")) {
        throw new WaferError("store", `there is an account already in ${location}`)
      }
      if (wallet) await store.set("wallet", wallet)
      await store.set("keys", keys)
    },
    store: prefixed(store, "store/"),
  }
}

/**
 * A wallet's private key as people write it: 64 hex digits, with or without 0x.
 *
 * @throws WaferError `invalid-argument`, and does not repeat what it was given.
 */
export function parseWalletKey(text: string): Uint8Array {
  const key = fromHex(text.trim())
  if (key?.length === 32) return key
  throw new WaferError("invalid-argument", "expected a private key of 64 hex digits")
}

/** The form that {@link parseWalletKey} reads. */
export function formatWalletKey(key: Uint8Array): string {
  return `0x${toHex(key)}`
}
