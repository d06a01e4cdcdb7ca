// The official clients, unmodified, from npm: each release is a dependency of its own folder in peers/.
// They are loaded as CommonJS, the only build of theirs that every release loads from.
import { createRequire } from "node:module"
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"
import { until } from "../processes.ts"

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

/**
 * How many subscriptions a node has begun. Official clients wait neither for the first of a stream nor
 * for the one that takes its place, and hear nothing of what comes before it.
 */
export async function subscriptions(apiUrl: string): Promise<number> {
  const text = await (await fetch(`${apiUrl}/metrics`)).text()
  return [...text.matchAll(/^wafer_requests_total\{method="Subscribe".* (\d+)$/gm)]
    .reduce((sum, [, count]) => sum + Number(count), 0)
}

/** A stream of an official client, when the node knows of it. */
// deno-lint-ignore no-explicit-any
export async function streaming(apiUrl: string, open: () => Promise<any>): Promise<any> {
  const before = await subscriptions(apiUrl)
  const stream = await open()
  await until(async () => await subscriptions(apiUrl) > before)
  return stream
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
