// The official clients, unmodified, from npm: each release is a dependency of its own folder in peers/.
// They are loaded as CommonJS, the only build of theirs that every release loads from.
import { createRequire } from "node:module"
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"

/** The releases that are kept as peers for ever, by their major version. */
export type OfficialVersion = 7 | 9 | 11 | 12 | 13

/** The module of one release. Its own types differ between releases, and its API is what is tested. */
// deno-lint-ignore no-explicit-any
export function official(version: OfficialVersion): any {
  return createRequire(new URL(`peers/xmtp-js-${version}/package.json`, import.meta.url))(
    "@xmtp/xmtp-js",
  )
}

/** A wallet of the shape that the official client takes. */
export interface Wallet {
  readonly privateKey: `0x${string}`
  getAddress(): Promise<string>
  signMessage(text: string): Promise<string>
}

/** A wallet with a fresh key, or with the key given. */
export function newWallet(privateKey = generatePrivateKey()): Wallet {
  const account = privateKeyToAccount(privateKey)
  return {
    privateKey,
    getAddress: () => Promise.resolve(account.address),
    signMessage: (text) => account.signMessage({ message: text }),
  }
}

/** An official client on our node. */
export function officialClient(
  version: OfficialVersion,
  apiUrl: string,
  wallet: Wallet,
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  return official(version).Client.create(wallet, { env: "local", apiUrl })
}
