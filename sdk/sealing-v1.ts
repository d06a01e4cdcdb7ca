import type { Context } from "./context.ts"
import { WaferError } from "./error.ts"
import type { ConversationRecord } from "./keystore/keystore.ts"
import {
  decodeMessageV1,
  encodeHeaderV1,
  encodeMessageV1,
  type SealedMessageV1,
} from "./protocol/message-v1.ts"
import { senderKeys } from "./protocol/proofs.ts"
import { attempt, chain, type Outcome } from "./outcome.ts"
import { type OpenedPayload, replayed, type Sealing } from "./sealing.ts"
import { isAtItsTime, msToNs, nsToMs } from "./time.ts"
import { directTopic, introTopic } from "./protocol/topics.ts"
import type { Envelope } from "./network/transport.ts"

/** A V1 message with its sender, before it is opened. */
export interface ProvenMessageV1 extends SealedMessageV1 {
  readonly senderAddress: string
  readonly recipientAddress: string
}

/** Decodes a V1 message and recovers who says to have written it to whom. Opening it proves that. */
export function readMessageV1({ proofs }: Context, message: Uint8Array): ProvenMessageV1 {
  const sealed = decodeMessageV1(message)
  return {
    ...sealed,
    senderAddress: proofs.address(sealed.sender.identityKey),
    recipientAddress: proofs.address(sealed.recipient.identityKey),
  }
}

/** A V1 conversation: each message is sealed to the keys of both accounts. */
export function sealingV1(context: Context, { topic, peerAddress }: ConversationRecord): Sealing {
  const { address, bundle: sender, keystore, contacts, introduced, clock, pace } = context
  let lastMs = 0

  /** The header counts milliseconds: no two messages of now may share one, or their order is chance. */
  function nowMs(): number {
    return lastMs = Math.max(nsToMs(clock()), lastMs + 1)
  }

  function read({ message, timestampNs }: Envelope): ProvenMessageV1 {
    const proven = readMessageV1(context, message)
    if (directTopic(proven.senderAddress, proven.recipientAddress) !== topic) {
      throw new WaferError("misplaced", "the message belongs to another conversation")
    }
    if (!isAtItsTime(timestampNs, msToNs(proven.timestampMs))) throw replayed()
    return proven
  }

  return {
    async seal(payload, writtenNs, { signal }) {
      const contact = await contacts.find(peerAddress, { signal })
      if (!contact) throw new WaferError("not-registered", `${peerAddress} has published no keys`)
      const timestampMs = writtenNs === undefined ? nowMs() : nsToMs(writtenNs)
      const recipient = contact.bundle
      const headerBytes = encodeHeaderV1({ sender, recipient, timestampMs: BigInt(timestampMs) })
      const ciphertext = await keystore.sealV1(recipient, headerBytes, payload)
      return { message: encodeMessageV1(headerBytes, ciphertext), timestampNs: msToNs(timestampMs) }
    },

    async open(envelopes) {
      const decoded: Outcome<ProvenMessageV1>[] = []
      for (const envelope of envelopes) {
        await pace()
        decoded.push(attempt(() => read(envelope)))
      }
      const sealed = decoded.flatMap(({ value }) => value ?? [])
      const plaintexts = (await keystore.openV1(sealed)).values()
      return decoded.map(({ value, error }): Outcome<OpenedPayload> =>
        error ? { error } : chain(plaintexts.next().value!, (payload) => ({
          payload,
          senderAddress: value.senderAddress,
          keys: senderKeys(value.sender),
          sentNs: msToNs(value.timestampMs),
        }))
      )
    },

    // Clients learn of V1 conversations from their intro topics: once in a while a message goes there.
    topics: () =>
      introduced.has(peerAddress) ? [topic] : [introTopic(peerAddress), introTopic(address), topic],
    delivered: () => void introduced.add(peerAddress),
  }
}
