// Everything that speaks with the node, in a chunk of its own: the inbox shows what is stored before
// the SDK has arrived.
import { type Client, http } from "@wafer/sdk"
import { indexedDbStore } from "@wafer/sdk/stores/indexed-db"
import type { LookUp } from "../actions.ts"
import type { News } from "../protocol.ts"
import { channels } from "./channels.ts"
import { type Consents, consents } from "./consent.ts"
import type { Conversations } from "./conversations.ts"
import { type Database, databaseName, type StoredConversation } from "./database.ts"
import { type Files, files } from "./files.ts"
import { follow, type Following } from "./follow.ts"
import { incoming } from "./incoming.ts"
import { link, OtherNetwork } from "./link.ts"
import { lookUp } from "./look-up.ts"
import type { Messages } from "./messages.ts"
import { type Outbox, outbox } from "./outbox.ts"
import { preparing } from "./prepare.ts"
import type { SharedState } from "./shared.ts"
import { type Typing, typing } from "./typing.ts"
import { upload } from "./upload.ts"

/** The account on the network. */
export interface Network {
  readonly outbox: Outbox
  readonly consents: Consents
  readonly files: Files
  readonly typing: Typing
  isReachable(): boolean
  lookUp(text: string): Promise<LookUp>
  /** Opens the conversation with an address, or makes it. */
  start(address: string, about: string | undefined): Promise<StoredConversation>
  /** Reaches for the node now. */
  hurry(): void
  close(): Promise<void>
}

export interface NetworkOptions {
  readonly profile: string
  readonly me: string
  readonly keys: Uint8Array
  readonly database: Database
  readonly shared: SharedState
  readonly conversations: Conversations
  readonly messages: Messages
  readonly tell: (news: News) => void
  /** What is stored here has grown. */
  readonly onStored: () => void
}

export async function network(options: NetworkOptions): Promise<Network> {
  const { profile, me, keys, database, shared, conversations, messages, tell, onStored } = options
  const { url } = shared.get().node
  let { seenAt = 0 } = await database.values("seenAt")
  let following: Following | undefined

  const node = link({
    keys,
    url,
    network: shared.get().node.network,
    transport: http(url),
    store: indexedDbStore(`${databaseName(profile)}-sdk`),
    shared,
    onNetwork: (network) => database.setValue("node", { url, network }),
  })
  const consent = consents(conversations, node.client)
  const known = channels({ client: node.client, conversations, consents: consent })
  const writing = typing({ me, shared, channel: known.get })
  const isReachable = () => following?.isReachable() ?? false
  const inbound = incoming({
    me,
    database,
    conversations,
    find: known.find,
    messages,
    tell,
    seen(at) {
      // A sender whose clock is ahead does not carry us past what comes next.
      seenAt = Math.max(seenAt, Math.min(at, Date.now()))
      database.setValue("seenAt", seenAt)
      onStored()
    },
    wrote: writing.wrote,
  })
  const out = await outbox({
    database,
    shared,
    conversations,
    messages,
    prepare: preparing({
      channel: known.get,
      consents: consent,
      upload: upload({
        limit: () => shared.get().node.maxMessageBytes,
        fileStore: () => shared.get().settings.fileStore,
      }),
    }),
    isReachable,
    tell,
  })
  // What was left over at the last visit says that it waits.
  void out.flush()

  const closed = new AbortController()
  node.client().then(keepUp).catch((error) => {
    if (closed.signal.aborted || error instanceof OtherNetwork) return
    shared.raise({ kind: "broken", report: String(error.stack ?? error) })
  })

  async function keepUp(client: Client): Promise<void> {
    await node.patiently(known.refresh)
    if (closed.signal.aborted) return
    following = follow({
      client,
      shared,
      seenAt: () => seenAt,
      onMessages: inbound.take,
      async onLive() {
        // What I said while away comes before what was said before it.
        await out.flush()
        // Unanswered, the next connection asks again.
        await consent.refresh(client).catch(() => {})
      },
    })
  }

  return {
    outbox: out,
    consents: consent,
    files: files({ database, messages, tell }),
    typing: writing,
    isReachable,
    lookUp: (text) => lookUp(text, me, node.client),
    async start(address, about) {
      const client = await node.client()
      const made = await client.conversations.newConversation(
        address,
        about === undefined ? {} : { context: { conversationId: about, metadata: {} } },
      )
      const stored = await known.add(made)
      // Whoever makes a conversation allows its peer; the SDK has said so on the network.
      consent.note(made.peerAddress, "allowed")
      return stored
    },
    hurry() {
      node.hurry()
      if (following && !following.isReachable()) following.again()
    },
    async close() {
      closed.abort()
      writing.stop()
      following?.stop()
      await node.close()
    },
  }
}
