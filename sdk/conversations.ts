import { create } from "@bufbuild/protobuf"
import { EnvelopeSchema } from "@wafer/proto"
import { toAddress } from "./address.ts"
import { type Context, signalOf } from "./context.ts"
import { type Conversation, createConversation } from "./conversation.ts"
import { WaferError } from "./error.ts"
import { createFeed } from "./feed.ts"
import type { ConsentProof, ConversationContext } from "./invitation.ts"
import type { ConversationRecord } from "./keystore.ts"
import { sealingV2 } from "./sealing-v2.ts"
import { createStream, type Stream, type StreamOptions } from "./stream.ts"
import { msToNs } from "./time.ts"
import { inviteTopic } from "./topics.ts"
import type { CallOptions } from "./transport.ts"

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
   * The conversation with `peer`: the one there is, else a new one, to which the peer is invited.
   * Throws `not-registered` when the peer has published no keys.
   */
  newConversation(peer: string, options?: NewConversationOptions): Promise<Conversation>
  /** All conversations, oldest first. */
  list(options?: CallOptions): Promise<Conversation[]>
  /** Conversations as they begin. With `since`, first those that began at that time or later. */
  stream(options?: StreamOptions): Stream<Conversation>
}

/** Makes the conversations of a client. */
export function createConversations(context: Context): Conversations {
  const { keystore, network, contacts, clock, address } = context
  const own = inviteTopic(address)

  const conversationOf = (record: ConversationRecord): Conversation =>
    createConversation(context, record, sealingV2(context, record), "v2")

  /** Learns the invitations that came since the last time. */
  async function refresh(signal: AbortSignal): Promise<void> {
    for await (const page of network.pages({ topics: [own] }, { signal })) {
      await keystore.saveInvitations(page)
    }
  }

  async function known(
    peer: string,
    wanted: ConversationContext | undefined,
  ): Promise<ConversationRecord | undefined> {
    const records = await keystore.conversations()
    return records.find(({ peerAddress, context }) =>
      peerAddress === peer && context?.conversationId === wanted?.conversationId
    )
  }

  async function invite(
    peer: string,
    { context: wanted, consentProof }: NewConversationOptions,
    signal: AbortSignal,
  ): Promise<ConversationRecord> {
    const contact = await contacts.find(peer, { signal })
    if (!contact) throw new WaferError("not-registered", `${peer} has published no keys`)
    await refresh(signal)
    const existing = await known(peer, wanted)
    if (existing) return existing
    const createdNs = clock()
    const { record, sealed } = await keystore.invite({
      recipient: contact.bundle,
      createdNs,
      ...(wanted && { context: wanted }),
      ...(consentProof && { consentProof }),
    })
    const envelopes = [inviteTopic(peer), own].map((contentTopic) =>
      create(EnvelopeSchema, { contentTopic, timestampNs: createdNs, message: sealed })
    )
    await network.publish(envelopes, { signal })
    return record
  }

  return {
    async newConversation(peer, options = {}) {
      const signal = signalOf(context, options.signal)
      signal.throwIfAborted()
      const peerAddress = toAddress(peer)
      if (peerAddress === address) {
        throw new WaferError("unsupported", "an account cannot talk to itself")
      }
      return conversationOf(
        await known(peerAddress, options.context) ?? await invite(peerAddress, options, signal),
      )
    },

    async list({ signal } = {}) {
      await refresh(signalOf(context, signal))
      return (await keystore.conversations()).map(conversationOf)
    },

    stream({ since, signal, onState } = {}) {
      return createStream(async function* (signal) {
        const told = new Set<string>()
        const feed = createFeed(network, {
          topics: [own],
          ...(since && { sinceNs: msToNs(since.getTime()) }),
          ...(onState && { onState }),
          signal,
        })
        for await (const envelope of feed) {
          const [outcome] = await keystore.saveInvitations([envelope])
          if (!outcome?.value || told.has(outcome.value.topic)) continue
          told.add(outcome.value.topic)
          yield conversationOf(outcome.value)
        }
      }, { until: context.closed, signal })
    },
  }
}
