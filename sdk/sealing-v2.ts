import type { Context } from "./context.ts"
import { WaferError } from "./error.ts"
import type { ConversationRecord } from "./keystore/keystore.ts"
import {
  contentDigest,
  decodeMessageV2,
  encodeHeaderV2,
  encodeMessageV2,
  encodeSignedContent,
  type SealedMessageV2,
  verifySignedContent,
} from "./protocol/message-v2.ts"
import { encodeBundle } from "./protocol/public-key.ts"
import { attempt, chain, type Outcome } from "./outcome.ts"
import { type OpenedPayload, replayed, type Sealing } from "./sealing.ts"
import { isAtItsTime } from "./time.ts"
import type { Envelope } from "./network/transport.ts"

/** A V2 conversation: one key for its topic, and each message signed. */
export function sealingV2(context: Context, { topic, peerAddress }: ConversationRecord): Sealing {
  const { keystore, address, bundle, proofs, clock, pace } = context

  let sender: Uint8Array | undefined

  function read({ message, timestampNs }: Envelope): SealedMessageV2 {
    const sealed = decodeMessageV2(message, topic)
    if (!isAtItsTime(timestampNs, sealed.createdNs)) throw replayed()
    return sealed
  }

  function prove(sealed: SealedMessageV2, plaintext: Uint8Array): OpenedPayload {
    const { payload, senderAddress, keys } = verifySignedContent(
      plaintext,
      sealed.headerBytes,
      proofs,
    )
    if (senderAddress !== address && senderAddress !== peerAddress) {
      throw new WaferError("forged", `${senderAddress} is not part of this conversation`)
    }
    return { payload, senderAddress, keys, sentNs: sealed.createdNs }
  }

  return {
    async seal(payload, writtenNs, { shouldPush }) {
      const timestampNs = writtenNs ?? clock()
      const headerBytes = encodeHeaderV2(timestampNs, topic)
      const signature = await keystore.sign(contentDigest(headerBytes, payload), "pre-key")
      const signed = encodeSignedContent(payload, sender ??= encodeBundle(bundle), signature)
      const { ciphertext, senderHmac } = await keystore.sealV2(topic, headerBytes, signed)
      const message = encodeMessageV2(headerBytes, ciphertext, { senderHmac, shouldPush })
      return { message, timestampNs }
    },

    async open(envelopes) {
      const decoded = envelopes.map((envelope) => attempt(() => read(envelope)))
      const sealed = decoded.flatMap(({ value }) => value ?? [])
      const plaintexts = (await keystore.openV2(topic, sealed)).values()
      const opened: Outcome<OpenedPayload>[] = []
      for (const { value, error } of decoded) {
        const turn = pace()
        if (turn) await turn
        if (error) opened.push({ error })
        else opened.push(chain(plaintexts.next().value!, (plaintext) => prove(value, plaintext)))
      }
      return opened
    },

    topics: () => [topic],
    delivered: () => {},
  }
}
