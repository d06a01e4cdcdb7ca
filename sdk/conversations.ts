import { toAddress } from "./protocol/address.ts"
import { verifyConsent } from "./protocol/consent-proof.ts"
import { type Context, signalOf } from "./context.ts"
import { type Conversation, createConversation, readerOf } from "./conversation.ts"
import { conversationList, type KnownConversation } from "./conversation-list.ts"
import { WaferError } from "./error.ts"
import { createFeed, feedOptions } from "./network/feed.ts"
import type { HmacKey } from "./protocol/hmac-keys.ts"
import type { ConsentProof, ConversationContext } from "./protocol/invitation.ts"
import type { ConversationRecord } from "./keystore/keystore.ts"
import type { Message } from "./message.ts"
import { isLegacyBundle } from "./protocol/public-key.ts"
import { sealingV1 } from "./sealing-v1.ts"
import { sealingV2 } from "./sealing-v2.ts"
import { createStream, type Stream, type StreamOptions } from "./network/stream.ts"
import { directTopic, inviteTopic } from "./protocol/topics.ts"
import type { CallOptions } from "./network/transport.ts"

/** How a conversation is begun. */
export interface NewConversationOptions extends CallOptions {
  /** Tells this conversation from others with the same peer. */
  readonly context?: ConversationContext
  /** The peer's word that this account may write to it. */
  readonly consentProof?: ConsentProof
}

/** The conversations of an account. */
export interface Conversations {
  /**
   * The conversation with `peer`: the one there is, else a new one, to which the peer is invited and
   * by which it is allowed. Throws `not-registered` when the peer has published no keys.
   */
  newConversation(peer: string, options?: NewConversationOptions): Promise<Conversation>
  /** All conversations, oldest first. */
  list(options?: CallOptions): Promise<Conversation[]>
  /**
   * Those that are known already, oldest first, without asking the node: what was listed, begun and
   * streamed, and with a store what earlier sessions knew.
   *
   * @example
   * ```ts
   * for await (const { conversationTopic } of client.conversations.streamAllMessages()) {
   *   const known = await client.conversations.known()
   *   await known.find(({ topic }) => topic === conversationTopic)?.send("heard")
   * }
   * ```
   */
  known(): Promise<Conversation[]>
  /** Conversations as they begin. With `since`, first those that began at that time or later. */
  stream(options?: StreamOptions): Stream<Conversation>
  /** The messages of all conversations, those too that begin while it is open, from their first message on. */
  streamAllMessages(options?: StreamOptions): Stream<Message>
  /**
   * The keys by which a push server tells this account's own messages, for the month before, this one
   * and the next, by topic. All conversations when no topic is named; V1 conversations have no keys.
   */
  hmacKeys(topics?: readonly string[]): Promise<Map<string, HmacKey[]>>
  /** The keys of all V2 conversations, for `importConversations`. Whoever has them reads the conversations. */
  exportConversations(): Promise<Uint8Array>
  /** Takes over exported conversations; resolves to how many were new. Throws `malformed`. */
  importConversations(exported: Uint8Array): Promise<number>
}

/** Makes the conversations of a client. */
export function createConversations(context: Context): Conversations {
  const { keystore, network, contacts, consent, clock, address, bundle } = context
  const list = conversationList(context)

  const sealingOf = ({ version, record }: KnownConversation) =>
    version === "v1" ? sealingV1(context, record) : sealingV2(context, record)

  const conversationOf = (known: KnownConversation): Conversation =>
    createConversation(context, known.record, sealingOf(known), known.version)

  /** An inviter with the account's own word for it is allowed, unless the account has said something. */
  async function honour({ record }: KnownConversation, signal: AbortSignal): Promise<void> {
    const { consentProof, peerAddress } = record
    if (!consentProof) return
    const subject = { kind: "address", value: peerAddress } as const
    try {
      if (await consent.state(subject, signal) !== "unknown") return
      if (!verifyConsent(consentProof, address, peerAddress)) return
      await consent.set([{ ...subject, state: "allowed" }], signal)
    } catch {
      // Reading must not fail because publishing does. Nothing is lost: the next list tries again.
      signal.throwIfAborted()
    }
  }

  async function refresh(signal: AbortSignal): Promise<KnownConversation[]> {
    await list.refresh(signal)
    const all = await list.all()
    for (const known of all) await honour(known, signal)
    return all
  }

  async function invite(
    peer: string,
    { context: wanted, consentProof }: NewConversationOptions,
    signal: AbortSignal,
  ): Promise<KnownConversation> {
    const contact = await contacts.find(peer, { signal })
    if (!contact) throw new WaferError("not-registered", `${peer} has published no keys`)
    await list.refresh(signal)
    const invited = await list.findV2(peer, wanted)
    if (invited) return { version: "v2", record: invited }
    if (!wanted) {
      const existing = await list.findV1(peer) ??
        (contact.version === 1 ? beginV1(peer) : undefined)
      if (existing) {
        if (!isLegacyBundle(bundle) || !isLegacyBundle(contact.bundle)) {
          throw new WaferError("unsupported", "keys made for V2 cannot take part in V1")
        }
        return { version: "v1", record: existing }
      }
    }
    const createdNs = clock()
    const { record, sealed } = await keystore.invite({
      recipient: contact.bundle,
      createdNs,
      ...(wanted && { context: wanted }),
      ...(consentProof && { consentProof }),
    })
    const envelopes = [inviteTopic(peer), inviteTopic(address)].map((contentTopic) => ({
      contentTopic,
      timestampNs: createdNs,
      message: sealed,
    }))
    await consent.allowing(
      peer,
      signal,
      (beside) => network.publish([...envelopes, ...beside], { signal }),
    )
    return { version: "v2", record }
  }

  function beginV1(peerAddress: string): ConversationRecord {
    return { topic: directTopic(address, peerAddress), peerAddress, createdNs: clock() }
  }

  return {
    async newConversation(peer, options = {}) {
      const signal = signalOf(context, options.signal)
      signal.throwIfAborted()
      const peerAddress = toAddress(peer)
      if (peerAddress === address) {
        throw new WaferError("unsupported", "an account cannot talk to itself")
      }
      const record = await list.findV2(peerAddress, options.context)
      return conversationOf(
        record ? { version: "v2", record } : await invite(peerAddress, options, signal),
      )
    },

    async list({ signal } = {}) {
      return (await refresh(signalOf(context, signal))).map(conversationOf)
    },

    async known() {
      return (await list.all()).map(conversationOf)
    },

    stream(options = {}) {
      return createStream(async function* (signal) {
        const told = new Set<string>()
        const feed = createFeed(network, feedOptions(list.topics, options, signal))
        for await (const envelope of feed) {
          for (const known of await list.learn([envelope])) {
            if (told.has(known.record.topic)) continue
            told.add(known.record.topic)
            await honour(known, signal)
            yield conversationOf(known)
          }
        }
      }, { until: context.closed, signal: options.signal })
    },

    streamAllMessages(options = {}) {
      return createStream(async function* (signal) {
        const readers = new Map<string, ReturnType<typeof readerOf>>()
        const listen = (known: KnownConversation): string => {
          const { topic } = known.record
          if (!readers.has(topic)) readers.set(topic, readerOf(context, topic, sealingOf(known)))
          return topic
        }
        const feed = createFeed(network, {
          ...feedOptions(list.topics, options, signal),
          // Only now: a conversation that begins meanwhile is either listed or told.
          onLive: async () => (await refresh(signal)).map(listen),
        })
        for await (const envelope of feed) {
          const read = readers.get(envelope.contentTopic)
          if (read) yield* await read([envelope])
          else {
            const begun = await list.learn([envelope])
            for (const known of begun) await honour(known, signal)
            feed.add(begun.map(listen))
          }
        }
      }, { until: context.closed, signal: options.signal })
    },

    hmacKeys: (topics) => keystore.hmacKeys(topics),
    exportConversations: () => keystore.exportConversations(),
    importConversations: (exported) => keystore.importConversations(exported),
  }
}
