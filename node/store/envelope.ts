import { sha256 } from "@wafer/crypto"
import type { Envelope } from "@wafer/proto"
import type { Item } from "./store.ts"
import { isEphemeral } from "./topic.ts"

const utf8 = new TextEncoder()
const domain = utf8.encode("wafer-envelope-v1\0")

/**
 * The identity of an envelope between nodes and on disk: 32 bytes that commit to topic, time and
 * message, each framed by its length, so that no two different envelopes share one.
 */
export function storageId({ contentTopic, timestampNs, message }: Envelope): Uint8Array {
  const topic = utf8.encode(contentTopic)
  const framed = new Uint8Array(domain.length + 2 + topic.length + 8 + 4 + message.length)
  const view = new DataView(framed.buffer)
  framed.set(domain)
  let at = domain.length
  view.setUint16(at, topic.length)
  framed.set(topic, at += 2)
  view.setBigUint64(at += topic.length, timestampNs)
  view.setUint32(at += 8, message.length)
  framed.set(message, at += 4)
  return sha256(framed)
}

/** What V1 calls an envelope's id, and what its cursors show: SHA-256 of topic ‖ message. */
export function digestOf({ contentTopic, message }: Envelope): Uint8Array {
  const topic = utf8.encode(contentTopic)
  const joined = new Uint8Array(topic.length + message.length)
  joined.set(topic)
  joined.set(message, topic.length)
  return sha256(joined)
}

/** An envelope with all that the store wants to know of it. */
export function itemOf(envelope: Envelope, origin: string, receivedNs: bigint): Item {
  return {
    envelope,
    id: storageId(envelope),
    digest: digestOf(envelope),
    keep: !isEphemeral(envelope.contentTopic),
    origin,
    receivedNs,
  }
}

/** The bytes as a key of a Map: one character for each. */
export function nameOf(id: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, null, id)
}

/** Unsigned bytewise order: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
