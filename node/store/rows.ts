import {
  create,
  type DescMessage,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf"
import type { Envelope } from "@wafer/proto"
import {
  FingerprintSchema,
  type Head,
  HeadSchema,
  LogEntrySchema,
  type Manifest,
  ManifestSchema,
} from "@wafer/proto/node"
import type { Fingerprint } from "./fingerprint.ts"
import { bytesOf, type KvKey, type KvRow } from "./deno-kv.ts"
import type { LogEntry, SetName } from "./store.ts"

/** The key of each kind of row. Keys sort as V1 orders envelopes. */
export const keys = {
  topic: (topic: string, timestampNs: bigint, digest: Uint8Array): KvKey => [
    "t",
    topic,
    timestampNs,
    digest,
  ],
  /** The second half of the message in a row of the topic index stands right behind it. */
  tail: (row: KvKey): KvKey => [...row, ""],
  id: (id: Uint8Array): KvKey => ["i", id],
  log: (seq: bigint): KvKey => ["l", seq],
  chunk: (id: Uint8Array, n: number): KvKey => ["c", id, n],
  chunks: (id: Uint8Array): KvKey => ["c", id],
  day: (set: SetName, day: bigint): KvKey => ["f", set, day],
  head: ["m", "head"] as KvKey,
} as const

/** The largest value that Deno KV takes, less one byte for the kind of row. */
const maxInline = 65_536 - 1
const chunkBytes = 60 * 1024
const inline = 0
const chunked = 1
const halved = 2

/**
 * SQLite spends a page of its own, four times as much, on a row that is longer than this with its key,
 * beside the topic. That is why the key's part of an envelope is not written a second time, and why a
 * message that is a little too long becomes two rows.
 */
const pageRoom = 900

/**
 * A message as it lies in the topic index, under the topic and the time: whole, in two halves, or as a
 * manifest and chunks.
 */
export interface Body {
  readonly row: Uint8Array
  readonly tail: Uint8Array | undefined
  readonly chunks: readonly Uint8Array[]
}

export function writeBody({ contentTopic, message }: Envelope, id: Uint8Array): Body {
  const room = pageRoom - contentTopic.length
  if (message.length > room && message.length <= 2 * room) {
    const half = message.length >> 1
    const row = kindOf(halved, message.subarray(0, half))
    return { row, tail: message.subarray(half), chunks: [] }
  }
  if (message.length <= maxInline) {
    return { row: kindOf(inline, message), tail: undefined, chunks: [] }
  }
  const chunks: Uint8Array[] = []
  for (let at = 0; at < message.length; at += chunkBytes) {
    chunks.push(message.subarray(at, at + chunkBytes))
  }
  const manifest = create(ManifestSchema, { id, size: message.length, chunks: chunks.length })
  return { row: kindOf(chunked, toBinary(ManifestSchema, manifest)), tail: undefined, chunks }
}

/** A row that is not what this program wrote. */
export class DamageError extends Error {
  override readonly name = "DamageError"
}

/** Whether the message goes on in the row behind. */
export function hasTail(value: unknown): boolean {
  return bytesOf(value)[0] === halved
}

/**
 * The message, or the manifest that tells where its chunks are.
 *
 * @param tail the value of the row behind, if the message goes on there
 * @throws DamageError
 */
export function readBody(value: unknown, tail: unknown): Uint8Array | Manifest {
  const bytes = bytesOf(value)
  const body = bytes.subarray(1)
  if (bytes[0] === inline) return body
  if (bytes[0] === halved) {
    if (!tail) throw new DamageError("a message lacks its second half")
    return joined([body, bytesOf(tail)])
  }
  if (bytes[0] !== chunked) {
    throw new DamageError(`a row of the topic index is of the unknown kind ${bytes[0]}`)
  }
  try {
    return fromBinary(ManifestSchema, body)
  } catch (error) {
    throw new DamageError(`a manifest does not decode: ${error}`)
  }
}

/** @throws DamageError when a chunk is missing or cut */
export function joinChunks(manifest: Manifest, chunks: readonly Uint8Array[]): Uint8Array {
  const message = joined(chunks)
  if (message.length !== manifest.size) {
    throw new DamageError(
      `a message of ${manifest.size} bytes has ${message.length} in its chunks`,
    )
  }
  return message
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Under an id stands only where its entry is: these rows lie in random order, and small ones cost a third less. */
export function writeSeq(seq: bigint): Uint8Array {
  return toBinary(LogEntrySchema, create(LogEntrySchema, { seq }))
}

/** Undefined for a row that is not what this program wrote. */
export function readSeq(value: unknown): bigint | undefined {
  return decoded(LogEntrySchema, value)?.seq
}

export function writeEntry(entry: LogEntry): Uint8Array {
  return toBinary(LogEntrySchema, create(LogEntrySchema, entry))
}

/** Undefined for a row that is not what this program wrote under this number. */
export function readEntry({ key, value }: KvRow): LogEntry | undefined {
  const entry = decoded(LogEntrySchema, value)
  return entry?.seq === key[1] ? entry : undefined
}

export function writeFingerprint(fingerprint: Fingerprint): Uint8Array {
  return toBinary(FingerprintSchema, create(FingerprintSchema, fingerprint))
}

/** Undefined for a row that is not what this program wrote. */
export function readFingerprint(value: unknown): Fingerprint | undefined {
  return decoded(FingerprintSchema, value)
}

export function writeHead(head: Head): Uint8Array {
  return toBinary(HeadSchema, head)
}

export function readHead(value: unknown): Head {
  return fromBinary(HeadSchema, bytesOf(value))
}

/** Whether the row holds the second half of what another one begins. */
export function isTail(key: KvKey): boolean {
  return key.length > 4
}

/** What the key of a row of the topic index tells. */
export function readTopicKey(
  key: KvKey,
): { contentTopic: string; timestampNs: bigint; digest: Uint8Array } {
  return {
    contentTopic: key[1] as string,
    timestampNs: key[2] as bigint,
    digest: bytesOf(key[3]),
  }
}

const dayNs = 86_400_000_000_000n

export function dayOf(timestampNs: bigint): bigint {
  return timestampNs / dayNs
}

function kindOf(kind: number, body: Uint8Array): Uint8Array {
  const row = new Uint8Array(1 + body.length)
  row[0] = kind
  row.set(body, 1)
  return row
}

function decoded<T extends DescMessage>(schema: T, value: unknown): MessageShape<T> | undefined {
  const bytes = bytesOf(value)
  try {
    return fromBinary(schema, bytes)
  } catch {
    return undefined
  }
}
