import { orAborted } from "./abort.ts"
import type { Context } from "./context.ts"
import { WaferError } from "./error.ts"
import type { ConversationContext } from "./protocol/invitation.ts"
import type { ConversationRecord } from "./keystore/keystore.ts"
import { attempt } from "./outcome.ts"
import { type ProvenMessageV1, readMessageV1 } from "./sealing-v1.ts"
import { inOrder } from "./stores/in-order.ts"
import { earlier, msToNs, unreadFrom } from "./time.ts"
import { directTopic, introTopic, inviteTopic } from "./protocol/topics.ts"
import type { Envelope } from "./network/transport.ts"

/** A conversation, and which protocol it speaks. */
export interface KnownConversation {
  readonly version: "v1" | "v2"
  readonly record: ConversationRecord
}

/** The conversations that the account knows of: invitations tell V2 ones, introductions V1 ones. */
export interface ConversationList {
  /** Where conversations become known. */
  readonly topics: readonly string[]
  /** Reads what came since the last time; everything, the first time. */
  refresh(signal: AbortSignal): Promise<void>
  /** Takes in what arrived. Returns the conversations it tells of, known before or not. */
  learn(envelopes: readonly Envelope[]): Promise<KnownConversation[]>
  /** Oldest first. */
  all(): Promise<KnownConversation[]>
  findV1(peer: string): Promise<ConversationRecord | undefined>
  findV2(
    peer: string,
    context: ConversationContext | undefined,
  ): Promise<ConversationRecord | undefined>
}

// From one session to the next a node may be behind, that was cut off from the others: what they held then
// comes late, with the time at which it was sent.
const sessionOverlapNs = msToNs(30 * 24 * 60 * 60 * 1000)

// A stranger's invitation takes up to a millisecond to open: as many as do not block a page.
const atOnce = 16

/** The conversations of a context; its keystore keeps them. */
export function conversationList(context: Context): ConversationList {
  const { address, keystore, network, clock, onInvalid, pace } = context
  const [intro, invite] = [introTopic(address), inviteTopic(address)]
  let unreadFromNs: bigint | undefined
  const ordered = inOrder()

  async function learnInvitations(envelopes: readonly Envelope[]): Promise<ConversationRecord[]> {
    const told: ConversationRecord[] = []
    for (let i = 0; i < envelopes.length; i += atOnce) {
      await pace()
      const some = envelopes.slice(i, i + atOnce)
      for (const [j, { value, error }] of (await keystore.saveInvitations(some)).entries()) {
        if (error) onInvalid(error, some[j]!)
        else told.push(value)
      }
    }
    return told
  }

  /** The V1 conversations by their peers. */
  async function introductions(): Promise<Map<string, ConversationRecord>> {
    const records = await keystore.introductions()
    return new Map(records.map((record) => [record.peerAddress, record]))
  }

  function peerOf({ senderAddress, recipientAddress }: ProvenMessageV1): string {
    if (senderAddress === address) return recipientAddress
    if (recipientAddress === address) return senderAddress
    throw new WaferError("misplaced", "an introduction of two others")
  }

  async function learnIntroductions(envelopes: readonly Envelope[]): Promise<ConversationRecord[]> {
    const told: ConversationRecord[] = []
    if (envelopes.length === 0) return told
    const known = await introductions()
    const learnt = new Map<string, ConversationRecord>()
    for (const envelope of envelopes) {
      await pace()
      const { value, error } = attempt(() => {
        const sealed = readMessageV1(context, envelope.message)
        return { sealed, peer: peerOf(sealed) }
      })
      if (error) {
        onInvalid(error, envelope)
        continue
      }
      const { sealed, peer } = value
      const before = learnt.get(peer) ?? known.get(peer)
      const createdNs = msToNs(sealed.timestampMs)
      if (before && before.createdNs <= createdNs) {
        told.push(before)
        continue
      }
      // Whoever can seal it to both is one of both: only that makes it an introduction.
      const [opened] = await keystore.openV1([sealed])
      if (opened!.error) {
        onInvalid(opened!.error, envelope)
        continue
      }
      const record = { topic: directTopic(address, peer), peerAddress: peer, createdNs }
      learnt.set(peer, record)
      told.push(record)
    }
    if (learnt.size > 0) await keystore.saveIntroductions([...learnt.values()])
    return told
  }

  async function learn(envelopes: readonly Envelope[]): Promise<KnownConversation[]> {
    const of = (topic: string) => envelopes.filter(({ contentTopic }) => contentTopic === topic)
    return [
      ...(await learnIntroductions(of(intro))).map((record) => known("v1", record)),
      ...(await learnInvitations(of(invite))).map((record) => known("v2", record)),
    ]
  }

  async function readNew(signal: AbortSignal): Promise<void> {
    const nowNs = clock()
    const startNs = unreadFromNs ?? earlier(await keystore.lastRun() ?? 0n, sessionOverlapNs)
    let nextNs = startNs
    for await (const page of network.pages({ topics: [intro, invite], startNs }, { signal })) {
      await learn(page)
      nextNs = unreadFrom(page.at(-1)!.timestampNs, nowNs)
    }
    if (unreadFromNs === undefined) await keystore.saveLastRun(nowNs)
    unreadFromNs = nextNs
  }

  return {
    topics: [intro, invite],
    learn,
    refresh: (signal) => orAborted(ordered(() => readNew(signal)), signal),

    async all() {
      const all = [
        ...(await keystore.introductions()).map((record) => known("v1", record)),
        ...(await keystore.conversations()).map((record) => known("v2", record)),
      ]
      return all.sort((a, b) => Number(a.record.createdNs - b.record.createdNs))
    },

    findV1: async (peer) => (await introductions()).get(peer),

    async findV2(peer, wanted) {
      // No id and an empty one are different conversations.
      return (await keystore.conversations()).find(({ peerAddress, context }) =>
        peerAddress === peer && context?.conversationId === wanted?.conversationId
      )
    },
  }
}

function known(version: "v1" | "v2", record: ConversationRecord): KnownConversation {
  return { version, record }
}
