import { agree, type OwnKeys, type Role } from "../protocol/agreement.ts"
import { equalBytes, toHex } from "../bytes.ts"
import { type Ciphertext, decrypt, encrypt } from "../protocol/ciphertext.ts"
import { closing } from "./closing.ts"
import {
  type ConversationKey,
  conversationKeys,
  decodeKeys,
  encodeKeys,
  type NewConversationKey,
  recordOf,
} from "./conversation-keys.ts"
import { WaferError } from "../error.ts"
import { hmacKeys } from "../protocol/hmac-keys.ts"
import {
  decodeInvitation,
  decodeSealedInvitation,
  deriveConversation,
  type Invitation,
  sealInvitation,
} from "../protocol/invitation.ts"
import type { ConversationRecord, Keystore } from "./keystore.ts"
import { senderHmac } from "../protocol/message-v2.ts"
import { attempt, type Outcome } from "../outcome.ts"
import { preferencesId, preferencesKey } from "../protocol/preferences.ts"
import {
  decodePrivateKeyBundle,
  encodePrivateKeyBundle,
  findPreKey,
  type PrivateKey,
  publicBundle,
} from "../protocol/private-key.ts"
import { type PublicKey, type PublicKeyBundle, walletAddress } from "../protocol/public-key.ts"
import { signDigest } from "../protocol/signature.ts"
import { introductions } from "./introductions.ts"
import { readLastRun, writeLastRun } from "./last-run.ts"
import { officialStore } from "./persistence.ts"
import type { Store } from "../stores/store.ts"
import { encrypted } from "../stores/encrypted.ts"
import { memoryStore } from "../stores/memory.ts"
import { isPrintableTopic } from "../protocol/topics.ts"

// Two roles for each account that is talked to; strangers who invite must not fill the memory.
const mostAgreements = 4096

/** Where a keystore keeps the keys of conversations. */
export interface LocalKeystoreOptions {
  /**
   * Keeps the keys of conversations, encrypted to the account and in the layout of `@xmtp/xmtp-js`;
   * forgotten with the process when absent. It is closed with the keystore.
   */
  readonly store?: Store
  /**
   * Names the network in the keys of the store; `local` when absent. With the `env` that
   * `@xmtp/xmtp-js` was given, what it left in the store is taken over.
   */
  readonly network?: string
}

/**
 * A keystore in this very process. `keys` is an account's encoded private keys, as `exportKeys`
 * returns them. Throws `malformed`, and `forged` when no wallet signed them.
 *
 * @example
 * ```ts
 * const keystore = localKeystore(await client.exportKeys())
 * ```
 */
export function localKeystore(keys: Uint8Array, options: LocalKeystoreOptions = {}): Keystore {
  const bundle = decodePrivateKeyBundle(keys)
  const shown = publicBundle(bundle)
  const address = walletAddress(shown.identityKey)
  const store = options.store === undefined ? memoryStore() : encrypted(
    officialStore(options.store, options.network ?? "local", address),
    bundle.identityKey,
  )
  const conversations = conversationKeys(store)
  const v1Conversations = introductions(store)
  const identitySecret = bundle.identityKey.secret

  // The agreement with a peer is three multiplications and lasts as long as the keys.
  const agreements = new Map<string, Uint8Array>()
  function agreed(preKey: PrivateKey, peer: PublicKeyBundle, role: Role): Uint8Array {
    // All that the agreement depends on, and the proof that it asks for.
    const { keyBytes, signature } = peer.preKey
    const parts = [preKey.publicKey.point, peer.identityKey.point, keyBytes, signature.bytes]
    const name = `${role} ${signature.by} ${parts.map(toHex).join(" ")}`
    const known = agreements.get(name)
    if (known) return known
    const secret = agree({ identityKey: bundle.identityKey, preKey } satisfies OwnKeys, peer, role)
    agreements.set(name, secret)
    if (agreements.size > mostAgreements) forgetOldest(agreements)
    return secret
  }

  const isOwn = ({ point }: PublicKey): boolean => equalBytes(point, shown.identityKey.point)

  /** The own pre-key that a peer used. */
  function named(preKey: PublicKey): PrivateKey {
    const own = findPreKey(bundle, preKey)
    if (!own) {
      throw new WaferError("undecryptable", "sealed to a pre-key this account does not have")
    }
    return own
  }

  /** The agreement behind what `sender` sealed to `recipient`, whichever of them this account is. */
  function agreedBetween(sender: PublicKeyBundle, recipient: PublicKeyBundle): Uint8Array {
    return isOwn(sender.identityKey)
      ? agreed(named(sender.preKey), recipient, "sender")
      : agreed(named(recipient.preKey), sender, "recipient")
  }

  async function conversationKey(topic: string): Promise<ConversationKey> {
    const key = await conversations.get(topic)
    if (!key) throw new WaferError("undecryptable", "no invitation to this conversation is known")
    return key
  }

  /** The conversation that only this account and the peer can name. */
  function derived(own: PrivateKey, peer: PublicKeyBundle, conversationId: string | undefined) {
    const peerAddress = walletAddress(peer.identityKey)
    const role = address < peerAddress ? "recipient" : "sender"
    return deriveConversation(agreed(own, peer, role), [address, peerAddress], conversationId)
  }

  function open(timestampNs: bigint, message: Uint8Array): NewConversationKey {
    const { header, headerBytes, ciphertext } = decodeSealedInvitation(message)
    if (header.createdNs !== timestampNs) {
      throw new WaferError("misplaced", "an invitation at another time than its own")
    }
    const secret = agreedBetween(header.sender, header.recipient)
    const invitation = decodeInvitation(decrypt(secret, ciphertext, headerBytes))
    // An inviter could name any topic of ours, and have us publish there.
    if (!invitation.topic.startsWith("/xmtp/0/m-") || !isPrintableTopic(invitation.topic)) {
      throw new WaferError("malformed", "an invitation to a topic that is no conversation")
    }
    const { sender, recipient } = header
    const isMine = isOwn(sender.identityKey)
    const [own, peer] = isMine ? [sender, recipient] : [recipient, sender]
    const isProven = () => {
      if (isMine) return true
      const { conversationId } = invitation.context ?? {}
      const { topic, keyMaterial } = derived(named(own.preKey), peer, conversationId)
      return topic === invitation.topic && equalBytes(keyMaterial, invitation.keyMaterial)
    }
    const record = recordOf(invitation, walletAddress(peer.identityKey), header.createdNs)
    return { record, invitation, isProven }
  }

  return closing({
    account: () => Promise.resolve({ address, bundle: shown }),
    sign: (digest, key) =>
      promised(() =>
        signDigest(digest, key === "identity" ? identitySecret : bundle.preKeys[0].secret)
      ),

    async invite({ recipient, createdNs, context, consentProof }) {
      const { topic, keyMaterial } = derived(bundle.preKeys[0], recipient, context?.conversationId)
      const invitation: Invitation = {
        topic,
        keyMaterial,
        ...(context && { context }),
        ...(consentProof && { consentProof }),
      }
      const record = recordOf(invitation, walletAddress(recipient.identityKey), createdNs)
      const sealed = sealInvitation(
        invitation,
        { sender: shown, recipient, createdNs },
        agreed(bundle.preKeys[0], recipient, "sender"),
      )
      await conversations.add([{ record, invitation, isProven: () => true }])
      return { record: (await conversationKey(topic)).record, sealed }
    },

    async saveInvitations(envelopes) {
      const opened = envelopes.map(({ timestampNs, message }) =>
        attempt(() => open(timestampNs, message))
      )
      await conversations.add(opened.flatMap(({ value }) => value ?? []))
      return await Promise.all(
        opened.map(async ({ value, error }): Promise<Outcome<ConversationRecord>> =>
          error ? { error } : { value: (await conversationKey(value.record.topic)).record }
        ),
      )
    },

    async conversations() {
      const records = (await conversations.all()).map(({ record }) => record)
      return records.sort((a, b) => Number(a.createdNs - b.createdNs))
    },

    async sealV2(topic, headerBytes, plaintext) {
      const { keyMaterial } = (await conversationKey(topic)).invitation
      return {
        ciphertext: encrypt(keyMaterial, plaintext, headerBytes),
        senderHmac: senderHmac(keyMaterial, address, headerBytes, Date.now()),
      }
    },

    async openV2(topic, messages) {
      const { keyMaterial } = (await conversationKey(topic)).invitation
      return messages.map(({ headerBytes, ciphertext }) =>
        attempt(() => decrypt(keyMaterial, ciphertext, headerBytes))
      )
    },

    async hmacKeys(topics) {
      const wanted = topics && new Set(topics)
      const all = await conversations.all()
      return new Map(
        all.filter(({ record }) => wanted?.has(record.topic) ?? true)
          .map(({ record, invitation }) => [
            record.topic,
            hmacKeys(invitation.keyMaterial, address, Date.now()),
          ]),
      )
    },

    sealV1: (recipient, headerBytes, plaintext) =>
      promised(() =>
        encrypt(agreed(bundle.preKeys[0], recipient, "sender"), plaintext, headerBytes)
      ),

    openV1: (messages) =>
      Promise.resolve(
        messages.map(({ sender, recipient, headerBytes, ciphertext }) =>
          attempt(() => decrypt(agreedBetween(sender, recipient), ciphertext, headerBytes))
        ),
      ),

    preferencesId: () => Promise.resolve(preferencesId(identitySecret)),
    sealForSelf: (plaintext) =>
      promised(() => encrypt(preferencesKey(identitySecret), plaintext, shown.identityKey.point)),
    openForSelf(ciphertexts: readonly Ciphertext[]) {
      const key = preferencesKey(identitySecret)
      return Promise.resolve(
        ciphertexts.map((ciphertext) =>
          attempt(() => decrypt(key, ciphertext, shown.identityKey.point))
        ),
      )
    },

    introductions: () => v1Conversations.all(),
    async saveIntroductions(records) {
      await v1Conversations.add(records)
    },
    lastRun: () => readLastRun(store),
    saveLastRun: (ns) => writeLastRun(store, ns),

    exportKeys: () => Promise.resolve(encodePrivateKeyBundle(bundle)),
    exportConversations: async () => encodeKeys(await conversations.all()),
    importConversations: async (exported) => await conversations.add(decodeKeys(exported)),

    async close() {
      for (const { secret } of [bundle.identityKey, ...bundle.preKeys]) secret.fill(0)
      for (const secret of agreements.values()) secret.fill(0)
      agreements.clear()
      await store.close()
    },
  })
}

/** A map remembers the order in which it was filled. */
function forgetOldest(secrets: Map<string, Uint8Array>): void {
  const [name, secret] = secrets.entries().next().value!
  secret.fill(0)
  secrets.delete(name)
}

/** What it throws, the promise rejects with. */
async function promised<T>(work: () => T): Promise<T> {
  return await work()
}
