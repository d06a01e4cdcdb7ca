import { orAborted } from "./abort.ts"
import { isAddress, toAddress } from "./protocol/address.ts"
import { loadAccount, publishContact } from "./account.ts"
import { text } from "./codecs/text.ts"
import { consentList } from "./consent-list.ts"
import { canMessage, contactDirectory } from "./network/contact-directory.ts"
import { type Contacts, createContacts } from "./contacts.ts"
import type { Codec } from "./content/content.ts"
import { type Context, signalOf } from "./context.ts"
import { type Conversations, createConversations } from "./conversations.ts"
import { WaferError } from "./error.ts"
import type { Keystore } from "./keystore/keystore.ts"
import { localKeystore, type LocalKeystoreOptions } from "./keystore/local-keystore.ts"
import { createNetwork, createReader } from "./network/network.ts"
import type { OnInvalid } from "./on-invalid.ts"
import { createPace } from "./pace.ts"
import { createProofs } from "./protocol/proofs.ts"
import type { Signer } from "./protocol/signer.ts"
import { type Clock, createClock } from "./time.ts"
import { createTokens } from "./network/tokens.ts"
import type { CallOptions, Transport } from "./network/transport.ts"

/** What a client is made of. */
export interface ClientOptions extends CallOptions, LocalKeystoreOptions {
  /** The way to a node. The client closes it. */
  readonly transport: Transport
  /** Kinds of content besides text. */
  readonly codecs?: readonly Codec<unknown>[]
  /** Told of invitations, introductions and preferences that are forged or broken. */
  readonly onInvalid?: OnInvalid
}

/**
 * One account, on one node.
 *
 * @example
 * ```ts
 * const client = await Client.create(signer, { transport: http("http://localhost:5555") })
 * const conversation = await client.conversations.newConversation(friend)
 * await conversation.send("gm")
 * await client.close()
 * ```
 */
export class Client implements AsyncDisposable {
  /** Checksummed. */
  readonly address: string
  /** Whom the account talks to. */
  readonly conversations: Conversations
  /** Whom the account allows to write to it. */
  readonly contacts: Contacts
  readonly #context: Context
  readonly #end: AbortController
  #closing: Promise<void> | undefined

  private constructor(context: Context, end: AbortController) {
    this.address = context.address
    this.conversations = createConversations(context)
    this.contacts = createContacts(context)
    this.#context = context
    this.#end = end
  }

  /**
   * Loads the wallet's account from the network, or makes a new one there, and publishes how to write
   * to it. The wallet signs once, or twice for a new account.
   * Throws `wallet`, `undecryptable` when the stored keys do not open, and the node's errors.
   */
  static async create(
    signer: Signer,
    options: ClientOptions & {
      /** Makes a new pre-key, for conversations that begin from then on. The wallet signs once more. */
      readonly newPreKey?: boolean
    },
  ): Promise<Client> {
    const clock = createClock()
    const loading = loadAccount(signer, {
      transport: options.transport,
      clock,
      hold: (keys) => localKeystore(keys, options),
      newPreKey: options.newPreKey ?? false,
      ...(options.signal && { signal: options.signal }),
    })
    // A wallet has no signal: somebody may look at its question for long.
    const { keystore, isPublished } = await orAborted(loading, options.signal)
    const client = await Client.#over(keystore, clock, options)
    if (!isPublished) await client.#publish(options.signal)
    return client
  }

  /** An account whose keys were exported: no wallet signs. Throws `malformed`, and the node's errors. */
  static async withKeys(keys: Uint8Array, options: ClientOptions): Promise<Client> {
    return await Client.withKeystore(localKeystore(keys, options), options)
  }

  /** An account whose keys are elsewhere, behind a keystore of one's own. The client closes it. */
  static async withKeystore(
    keystore: Keystore,
    options: Omit<ClientOptions, keyof LocalKeystoreOptions>,
  ): Promise<Client> {
    const client = await Client.#over(keystore, createClock(), options)
    await client.#publish(options.signal)
    return client
  }

  static async #over(
    keystore: Keystore,
    clock: Clock,
    options: Omit<ClientOptions, keyof LocalKeystoreOptions>,
  ): Promise<Client> {
    const { address, bundle } = await keystore.account()
    const end = new AbortController()
    const network = createNetwork(options.transport, createTokens(keystore))
    const onInvalid = options.onInvalid ?? (() => {})
    const context: Context = {
      address,
      bundle,
      keystore,
      network,
      contacts: contactDirectory(network),
      consent: consentList({ keystore, network, clock, onInvalid }),
      proofs: createProofs(),
      introduced: new Set(),
      codecs: [...options.codecs ?? [], text],
      onInvalid,
      clock,
      pace: createPace(),
      closed: end.signal,
    }
    return new Client(context, end)
  }

  /** Tells others how to write to the account, unless they can find out. */
  async #publish(signal: AbortSignal | undefined): Promise<void> {
    await publishContact(this.#context, { signal: signalOf(this.#context, signal) })
  }

  /**
   * Whether accounts can be written to, asked without an account: see the method of the same name.
   * The transport stays open.
   */
  static async canMessage(
    addresses: readonly string[],
    { transport, ...call }: CallOptions & { readonly transport: Transport },
  ): Promise<boolean[]> {
    return await canMessage(contactDirectory(createReader(transport)), addresses, call)
  }

  /**
   * Whether an account can be written to: false means that it has published no keys, a failure throws.
   * For many addresses one answer each, in their order; what is no address is answered by false.
   */
  async canMessage(address: string, options?: CallOptions): Promise<boolean>
  /** The same for many, with one answer each. */
  async canMessage(addresses: readonly string[], options?: CallOptions): Promise<boolean[]>
  async canMessage(
    wanted: string | readonly string[],
    options: CallOptions = {},
  ): Promise<boolean | boolean[]> {
    const call = { signal: signalOf(this.#context, options.signal) }
    call.signal.throwIfAborted()
    const { contacts } = this.#context
    if (typeof wanted !== "string") return await canMessage(contacts, wanted, call)
    return isAddress(wanted) && await contacts.find(toAddress(wanted), call) !== undefined
  }

  /** The account's secret keys, for `Client.withKeys`. Whoever has them is the account. */
  exportKeys(): Promise<Uint8Array> {
    return this.#context.keystore.exportKeys()
  }

  /** Ends every stream and call, forgets the keys, and releases what the client was given. Idempotent. */
  close(): Promise<void> {
    return this.#closing ??= this.#close()
  }

  async #close(): Promise<void> {
    this.#end.abort(new WaferError("closed", "the client is closed"))
    const { network, keystore } = this.#context
    try {
      await network.transport.close()
    } finally {
      await keystore.close()
    }
  }

  /** Closes the client at the end of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
