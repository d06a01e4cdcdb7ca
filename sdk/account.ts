import { WaferError } from "./error.ts"
import { createIdentity, decryptKeyBundle, encryptKeyBundle } from "./identity.ts"
import type { Keystore } from "./keystore.ts"
import { createNetwork, createReader } from "./network.ts"
import { encodePrivateKeyBundle, type PrivateKeyBundle } from "./private-key.ts"
import { walletAddress } from "./public-key.ts"
import type { Wallet } from "./signer.ts"
import type { Clock } from "./time.ts"
import { createTokens } from "./tokens.ts"
import { privateStoreTopic } from "./topics.ts"
import type { CallOptions, Envelope, Transport } from "./transport.ts"

/** What loading an account needs. */
export interface AccountOptions extends CallOptions {
  readonly transport: Transport
  readonly clock: Clock
  /** Holds the keys while the account publishes them. */
  readonly hold: (keys: Uint8Array) => Keystore
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
