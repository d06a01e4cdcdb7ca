import { text } from "./codecs/text.ts"
import type { Compression } from "./content/compression.ts"
import type { ConsentState } from "./protocol/consent.ts"
import type { Codec } from "./content/content.ts"
import { type Context, signalOf } from "./context.ts"
import { decodeContent, decodeContentNow, encodeContent } from "./content/encoded-content.ts"
import { asWaferError, WaferError } from "./error.ts"
import { createFeed, feedOptions } from "./network/feed.ts"
import type { ConversationContext } from "./protocol/invitation.ts"
import type { ConversationRecord } from "./keystore/keystore.ts"
import { type Message, messageId, messageWith, messageWithout } from "./message.ts"
import { type SenderKeys, senderKeys } from "./protocol/proofs.ts"
import { replayed, type Sealing } from "./sealing.ts"
import { createStream, type Stream, type StreamOptions } from "./network/stream.ts"
import { dateToNs, nsToDate } from "./time.ts"
import { ephemeralTopic } from "./protocol/topics.ts"
import type { CallOptions, Direction, Envelope, Query } from "./network/transport.ts"

/** How a message is sent. */
export interface SendOptions extends CallOptions {
  /** Packs the content. Official clients read packed contents of at most 1000 bytes: longer ones stay as they are. */
  readonly compression?: Compression
  /** Delivered to who listens with `ephemeral`, and not kept. */
  readonly ephemeral?: boolean
  /** Whether the recipient's phone should wake; the codec decides when absent. */
  readonly shouldPush?: boolean
  /** When it was written, for what is sent later than that or moved from elsewhere; now when absent. */
  readonly timestamp?: Date
}

/** Which messages. Both ends are included. */
export interface MessagesOptions extends CallOptions {
  /** Sent at this time or later. */
  readonly since?: Date
  /** Sent at this time or earlier. */
  readonly until?: Date
  /** Oldest first, which is the default, or newest first. */
  readonly direction?: Direction
}

/** A message that was sealed and not yet sent. */
export interface PreparedMessage<T> {
  /** The id it will have. */
  readonly id: string
  /** Publishes it. Sending twice is sending once. */
  send(options?: CallOptions): Promise<Message<T>>
}

/** Two accounts talking. */
export interface Conversation {
  /** Where its messages are published. */
  readonly topic: string
  /** Checksummed. */
  readonly peerAddress: string
  /** When it began, as its inviter says. */
  readonly createdAt: Date
  /** The protocol it speaks. */
  readonly version: "v1" | "v2"
  /** Tells apart the conversations of the same two accounts. V1 conversations have none. */
  readonly context?: ConversationContext
  /** Sends a text. Resolves when the node has stored it. */
  send(value: string, options?: SendOptions): Promise<Message<string>>
  /** Sends what the codec writes. */
  send<T>(value: NoInfer<T>, codec: Codec<T>, options?: SendOptions): Promise<Message<T>>
  /** Seals a message without sending it, to show it at once or to send it later. */
  prepare(value: string, options?: SendOptions): Promise<PreparedMessage<string>>
  /** Seals what the codec writes. */
  prepare<T>(
    value: NoInfer<T>,
    codec: Codec<T>,
    options?: SendOptions,
  ): Promise<PreparedMessage<T>>
  /** The messages, `limit` of them at most. Those that cannot be read are among them, with their error. */
  messages(options?: MessagesOptions & { readonly limit?: number }): Promise<Message[]>
  /** The same page by page, `pageSize` in each, at most 100, which is the default. */
  pages(options?: MessagesOptions & { readonly pageSize?: number }): AsyncGenerator<Message[]>
  /** Reads a message that came another way, in a push notification say. */
  decode(envelope: Envelope): Promise<Message>
  /** Whether the account allows the peer to write to it. */
  consent(options?: CallOptions): Promise<ConsentState>
  /** What is sent, own messages included. See {@link StreamOptions} for where it starts. */
  stream(options?: StreamOptions & { readonly ephemeral?: boolean }): Stream<Message>
}

// As many messages as lie between a message and its copy, at most.
const rememberedIds = 20_000

/**
 * Reads envelopes as messages: one for each, in their order, with its error if it cannot be read. It
 * remembers what it has read: a second copy is an error.
 */
export function readerOf(
  context: Context,
  topic: string,
  sealing: Sealing,
): (envelopes: readonly Envelope[]) => Promise<Message[]> {
  const seen = new Set<string>()
  function isCopy(id: string): boolean {
    if (seen.has(id)) return true
    seen.add(id)
    if (seen.size > rememberedIds) seen.delete(seen.values().next().value!)
    return false
  }

  return async (envelopes) => {
    const opened = await sealing.open(envelopes)
    const messages: Message[] = []
    for (const [i, envelope] of envelopes.entries()) {
      const { value, error } = opened[i]!
      const { storedNs } = envelope
      const storedAt = storedNs === undefined ? undefined : { storedAt: nsToDate(storedNs) }
      if (error) {
        const sent = nsToDate(envelope.timestampNs)
        const unproven = { conversationTopic: topic, senderAddress: "", sent, ...storedAt }
        messages.push(messageWithout(envelope, unproven, error))
        continue
      }
      const { payload, senderAddress, keys: senderKeys, sentNs } = value
      const sent = nsToDate(sentNs)
      const proven = { conversationTopic: topic, senderAddress, sent, senderKeys, ...storedAt }
      const id = messageId(envelope.message)
      if (isCopy(id)) {
        messages.push(messageWithout(envelope, proven, replayed()))
        continue
      }
      try {
        const decoded = decodeContentNow(payload, context.codecs)
        const content = decoded instanceof Promise ? await decoded : decoded
        messages.push(messageWith({ ...proven, id }, content))
      } catch (error) {
        messages.push(messageWithout(envelope, proven, asWaferError(error, "malformed")))
      }
    }
    return messages
  }
}

/** A conversation over whatever seals its messages. */
export function createConversation(
  context: Context,
  record: ConversationRecord,
  sealing: Sealing,
  version: "v1" | "v2",
): Conversation {
  const { topic, peerAddress } = record
  let ownKeys: SenderKeys | undefined

  async function prepare<T>(
    value: T,
    codec: Codec<T>,
    options: SendOptions,
  ): Promise<PreparedMessage<T>> {
    const signal = signalOf(context, options.signal)
    signal.throwIfAborted()
    const payload = await encodeContent(value, codec, context.codecs, {
      ...(options.compression && { compression: options.compression }),
    })
    const shouldPush = options.shouldPush ?? codec.shouldPush?.(value) ?? true
    const writtenNs = options.timestamp && dateToNs(options.timestamp)
    const { message, timestampNs } = await sealing.seal(payload, writtenNs, { shouldPush, signal })
    const id = messageId(message)
    return {
      id,
      async send(call = options) {
        const topics = options.ephemeral ? [ephemeralTopic(topic)] : sealing.topics()
        const envelopes = topics.map((contentTopic) => ({ contentTopic, timestampNs, message }))
        const signal = signalOf(context, call.signal)
        await context.consent.allowing(
          peerAddress,
          signal,
          (beside) => context.network.publish([...beside, ...envelopes], { signal }),
        )
        if (!options.ephemeral) sealing.delivered()
        const origin = {
          id,
          conversationTopic: topic,
          senderAddress: context.address,
          senderKeys: ownKeys ??= senderKeys(context.bundle),
          sent: nsToDate(timestampNs),
        }
        const decoded = await decodeContent(payload, [codec, ...context.codecs])
        return messageWith(origin, decoded) as Message<T>
      },
    }
  }

  // deno-lint-ignore no-explicit-any -- the overloads of the interface say what is allowed
  function prepareAny(value: any, second?: Codec<any> | SendOptions, third?: SendOptions) {
    return second && "encode" in second
      ? prepare(value, second, third ?? {})
      : prepare<string>(value, text, second ?? {})
  }

  function range({ since, until, direction }: MessagesOptions): Query {
    return {
      topics: [topic],
      ...(since && { startNs: dateToNs(since) }),
      // A Date has milliseconds; the last one counts to its end.
      ...(until && { endNs: dateToNs(until) + 999_999n }),
      ...(direction && { direction }),
    }
  }

  async function* pages(
    options: MessagesOptions & { readonly pageSize?: number } = {},
  ): AsyncGenerator<Message[]> {
    const { pageSize, signal } = options
    if (pageSize !== undefined && !(Number.isInteger(pageSize) && pageSize > 0)) {
      throw new WaferError("invalid-argument", `expected a page size of 1 or more, got ${pageSize}`)
    }
    const envelopes = context.network.pages(
      { ...range(options), ...(pageSize !== undefined && { limit: pageSize }) },
      { signal: signalOf(context, signal) },
    )
    const read = readerOf(context, topic, sealing)
    for await (const page of envelopes) yield await read(page)
  }

  return {
    topic,
    peerAddress,
    createdAt: nsToDate(record.createdNs),
    version,
    ...(record.context && { context: record.context }),

    prepare: prepareAny,
    // deno-lint-ignore no-explicit-any -- the overloads of the interface say what is allowed
    async send(value: any, second?: Codec<any> | SendOptions, third?: SendOptions) {
      return await (await prepareAny(value, second, third)).send()
    },

    async messages(options = {}) {
      const limit = options.limit ?? Infinity
      if (!(limit >= 0 && (Number.isInteger(limit) || limit === Infinity))) {
        throw new WaferError(
          "invalid-argument",
          `expected a whole limit of 0 or more, got ${limit}`,
        )
      }
      const messages: Message[] = []
      if (limit === 0) return messages
      const pageSize = Math.min(limit, 100)
      for await (const page of pages({ ...options, pageSize })) {
        messages.push(...page.slice(0, limit - messages.length))
        if (messages.length === limit) break
      }
      return messages
    },

    pages,

    async decode(envelope) {
      const [message] = await readerOf(context, topic, sealing)([envelope])
      return message!
    },

    consent: ({ signal } = {}) =>
      context.consent.state({ kind: "address", value: peerAddress }, signalOf(context, signal)),

    stream(options = {}) {
      return createStream(async function* (signal) {
        const topics = [options.ephemeral ? ephemeralTopic(topic) : topic]
        const feed = createFeed(context.network, feedOptions(topics, options, signal))
        const read = readerOf(context, topic, sealing)
        for await (const envelope of feed) yield* await read([envelope])
      }, { until: context.closed, signal: options.signal })
    },
  }
}
