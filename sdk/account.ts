import { encodeContactV1, encodeContactV2 } from "./protocol/contact.ts"
import type { Context } from "./context.ts"
import { WaferError } from "./error.ts"
import { createIdentity, decryptKeyBundle, encryptKeyBundle } from "./protocol/identity.ts"
import type { Account, Keystore } from "./keystore/keystore.ts"
import { createNetwork, createReader } from "./network/network.ts"
import {
  encodePrivateKeyBundle,
  type PrivateKeyBundle,
  rotatePreKey,
} from "./protocol/private-key.ts"
import { equalBundles, isLegacyBundle, walletAddress } from "./protocol/public-key.ts"
import type { Wallet } from "./protocol/signer.ts"
import type { Clock } from "./time.ts"
import { createTokens } from "./network/tokens.ts"
import { contactTopic, privateStoreTopic } from "./protocol/topics.ts"
import type { CallOptions, Envelope, Transport } from "./network/transport.ts"

/** What loading an account needs. */
export interface AccountOptions extends CallOptions {
  readonly transport: Transport
  readonly clock: Clock
  /** Holds the keys while the account publishes them. */
  readonly hold: (keys: Uint8Array) => Keystore
  /** Puts a new pre-key in front of those that are loaded. */
  readonly newPreKey: boolean
}

/**
 * The keys of a wallet's account: those that lie on the network, else new ones, which are put there.
 * Asks the wallet to sign once for the former, twice for the latter.
 * Throws `wallet`, `undecryptable`, and `forged` when the keys are another wallet's.
 */
export async function loadAccount(wallet: Wallet, options: AccountOptions): Promise<Keystore> {
  const stored = await newestBundle(wallet.address, options)
  if (!stored) {
    const bundle = await createIdentity(wallet, Date.now())
    return await storeKeys(bundle, wallet, options)
  }
  const { bundle, outdated } = await decryptKeyBundle(stored, wallet)
  if (walletAddress(bundle.identityKey.publicKey) !== wallet.address) {
    throw new WaferError("forged", `the stored keys are not those of ${wallet.address}`)
  }
  if (options.newPreKey) {
    return await storeKeys(await rotatePreKey(bundle, Date.now()), wallet, options)
  }
  return outdated
    ? await storeKeys(bundle, wallet, options)
    : options.hold(encodePrivateKeyBundle(bundle))
}

async function newestBundle(
  address: string,
  { transport, signal }: AccountOptions,
): Promise<Uint8Array | undefined> {
  const range = {
    topics: [privateStoreTopic(address)],
    direction: "descending",
    limit: 1,
  } as const
  const pages = createReader(transport).pages(range, callOf(signal))
  for await (const page of pages) {
    const stored = page.find(({ message }) => message.length > 0)
    if (stored) return stored.message
  }
}

/** Puts the keys on the network, sealed by the wallet. The token is signed by these very keys. */
async function storeKeys(
  bundle: PrivateKeyBundle,
  wallet: Wallet,
  { transport, clock, hold, signal }: AccountOptions,
): Promise<Keystore> {
  const message = await encryptKeyBundle(bundle, wallet)
  const keystore = hold(encodePrivateKeyBundle(bundle))
  const envelope: Envelope = {
    contentTopic: privateStoreTopic(wallet.address),
    timestampNs: clock(),
    message,
  }
  await createNetwork(transport, createTokens(keystore)).publish([envelope], callOf(signal))
  return keystore
}

function callOf(signal: AbortSignal | undefined): CallOptions {
  return signal ? { signal } : {}
}

/** Publishes how to write to the account, unless that is how it stands already. */
export async function publishContact(
  { address, bundle }: Account,
  { network, contacts, clock }: Pick<Context, "network" | "contacts" | "clock">,
  options: CallOptions,
): Promise<void> {
  const published = await contacts.find(address, options)
  if (published?.version === 2 && equalBundles(published.bundle, bundle)) return
  const messages = [encodeContactV2(bundle)]
  if (isLegacyBundle(bundle)) messages.unshift(encodeContactV1(bundle))
  // The clock never tells the same time twice: readers see V2 as the newer one.
  const envelopes = messages.map((message) => ({
    contentTopic: contactTopic(address),
    timestampNs: clock(),
    message,
  }))
  await network.publish(envelopes, options)
}
