import { encodeContactV1, encodeContactV2 } from "./protocol/contact.ts"
import type { Context } from "./context.ts"
import { WaferError } from "./error.ts"
import {
  createIdentity,
  decryptKeyBundle,
  encryptKeyBundle,
  type OpenedKeyBundle,
} from "./protocol/identity.ts"
import type { Account, Keystore } from "./keystore/keystore.ts"
import { createNetwork, createReader } from "./network/network.ts"
import {
  encodePrivateKeyBundle,
  type PrivateKeyBundle,
  rotatePreKey,
} from "./protocol/private-key.ts"
import { equalBundles, isLegacyBundle, walletAddress } from "./protocol/public-key.ts"
import { type Signer, type Wallet, walletOf } from "./protocol/signer.ts"
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

/** The keys of an account, and whether others have just been told how to write to it. */
export interface LoadedAccount {
  readonly keystore: Keystore
  readonly isPublished: boolean
}

/**
 * The keys of a wallet's account: those that lie on the network, else new ones, which are put there.
 * Asks the wallet to sign once for the former, twice for the latter.
 * Throws `wallet`, `undecryptable`, and `forged` when the keys are another wallet's.
 */
export async function loadAccount(signer: Signer, options: AccountOptions): Promise<LoadedAccount> {
  const wallet = await walletOf(signer)
  const { opened, newestNs } = await newestBundle(wallet, options)
  if (!opened) {
    const bundle = await createIdentity(wallet, Date.now())
    return await storeKeys(bundle, wallet, newestNs, options)
  }
  const { bundle, outdated } = opened
  if (walletAddress(bundle.identityKey.publicKey) !== wallet.address) {
    throw new WaferError("forged", `the stored keys are not those of ${wallet.address}`)
  }
  if (options.newPreKey) {
    return await storeKeys(await rotatePreKey(bundle, Date.now()), wallet, newestNs, options)
  }
  return outdated
    ? await storeKeys(bundle, wallet, newestNs, options)
    : { keystore: options.hold(encodePrivateKeyBundle(bundle)), isPublished: false }
}

// Each bundle that is well formed costs the user a signature: strangers must not ask for many.
const mostAttempts = 3

/**
 * The newest bundle that opens, and the newest time on its topic. A node may let others write there:
 * what is no bundle hides none. Throws `undecryptable` when there are bundles and none opens.
 */
async function newestBundle(
  wallet: Wallet,
  { transport, signal }: AccountOptions,
): Promise<{ opened?: OpenedKeyBundle; newestNs: bigint }> {
  const range = {
    topics: [privateStoreTopic(wallet.address)],
    direction: "descending",
    limit: 5,
  } as const
  const pages = createReader(transport).pages(range, callOf(signal))
  let newestNs = 0n
  const unopened: WaferError[] = []
  for await (const page of pages) {
    for (const { message, timestampNs } of page) {
      if (timestampNs > newestNs) newestNs = timestampNs
      try {
        return { opened: await decryptKeyBundle(message, wallet), newestNs }
      } catch (error) {
        if (!(error instanceof WaferError)) throw error
        if (error.code !== "malformed" && error.code !== "undecryptable") throw error
        if (error.code === "undecryptable" && unopened.push(error) === mostAttempts) {
          throw unopened[0]
        }
      }
    }
  }
  // Never new keys while there may be old ones.
  if (unopened.length > 0) throw unopened[0]
  return { newestNs }
}

/**
 * Puts the keys on the network, sealed by the wallet, and behind them, in the same call, how to write to
 * the account. The token is signed by these very keys.
 */
async function storeKeys(
  bundle: PrivateKeyBundle,
  wallet: Wallet,
  newestNs: bigint,
  { transport, clock, hold, signal }: AccountOptions,
): Promise<LoadedAccount> {
  const message = await encryptKeyBundle(bundle, wallet)
  const keystore = hold(encodePrivateKeyBundle(bundle))
  const now = clock()
  const envelope: Envelope = {
    contentTopic: privateStoreTopic(wallet.address),
    // Readers take the newest: it has to be that also beside one whose clock was ahead.
    timestampNs: now > newestNs ? now : newestNs + 1n,
    message,
  }
  const contacts = contactEnvelopes(await keystore.account(), clock)
  const network = createNetwork(transport, createTokens(keystore))
  await network.publish([envelope, ...contacts], callOf(signal))
  return { keystore, isPublished: true }
}

function callOf(signal: AbortSignal | undefined): CallOptions {
  return signal ? { signal } : {}
}

/** Publishes how to write to the account, unless that is how it stands already. */
export async function publishContact(
  { network, contacts, clock, ...account }: Context,
  options: CallOptions,
): Promise<void> {
  const published = await contacts.find(account.address, options)
  if (published?.version === 2 && equalBundles(published.bundle, account.bundle)) return
  await network.publish(contactEnvelopes(account, clock), options)
}

function contactEnvelopes({ address, bundle }: Account, clock: Clock): Envelope[] {
  const messages = [encodeContactV2(bundle)]
  if (isLegacyBundle(bundle)) messages.unshift(encodeContactV1(bundle))
  // The clock never tells the same time twice: readers see V2 as the newer one.
  return messages.map((message) => ({
    contentTopic: contactTopic(address),
    timestampNs: clock(),
    message,
  }))
}
