import {
  create,
  type DescMessage,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import {
  FingerprintSchema,
  type Head,
  HeadSchema,
  LogEntrySchema,
  type Manifest,
  ManifestSchema,
} from "@wafer/proto/node"
import type { Fingerprint } from "../fingerprint.ts"
import { bytesOf, type KvKey } from "../kv.ts"
import type { LogEntry, Position, SetName } from "../store.ts"

/** The key of each kind of row. Keys sort as V1 orders envelopes. */
export const keys = {
  topic: (topic: string, timestampNs: bigint, digest: Uint8Array): KvKey => [
    "t",
    topic,
    timestampNs,
    digest,
  ],
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

/** An envelope as it lies in the topic index: whole, or as a manifest and chunks. */
export interface Body {
  readonly row: Uint8Array
  readonly chunks: readonly Uint8Array[]
}

export function writeBody(envelope: Envelope, id: Uint8Array): Body {
  const bytes = toBinary(EnvelopeSchema, envelope)
  if (bytes.length <= maxInline) return { row: kindOf(inline, bytes), chunks: [] }
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes))
  }
  const manifest = create(ManifestSchema, { id, size: bytes.length, chunks: chunks.length })
  return { row: kindOf(chunked, toBinary(ManifestSchema, manifest)), chunks }
}

/** A row that is not what this program wrote. */
export class DamageError extends Error {
  override readonly name = "DamageError"
}

/**
 * The envelope, or the manifest that tells where its chunks are.
 *
 * @throws DamageError
 */
export function readBody(value: unknown): Envelope | Manifest {
  const bytes = bytesOf(value)
  const body = bytes.subarray(1)
  if (bytes[0] === inline) return decode(EnvelopeSchema, body)
  if (bytes[0] === chunked) return decode(ManifestSchema, body)
  throw new DamageError(`a row of the topic index is of the unknown kind ${bytes[0]}`)
}

/** @throws DamageError when a chunk is missing or cut */
export function joinChunks(manifest: Manifest, chunks: readonly Uint8Array[]): Envelope {
  const size = chunks.reduce((sum, { length }) => sum + length, 0)
  if (size !== manifest.size) {
    throw new DamageError(`a message of ${manifest.size} bytes has ${size} in its chunks`)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return decode(EnvelopeSchema, bytes)
}

function decode<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes)
  } catch (error) {
    throw new DamageError(`a row does not decode: ${error}`)
  }
}

/** Under an id stands only where its entry is: these rows lie in random order, and small ones cost a third less. */
export function writeSeq(seq: bigint): Uint8Array {
  return toBinary(LogEntrySchema, create(LogEntrySchema, { seq }))
}

export function readSeq(value: unknown): bigint {
  return fromBinary(LogEntrySchema, bytesOf(value)).seq
}

export function writeEntry(entry: LogEntry): Uint8Array {
  return toBinary(LogEntrySchema, create(LogEntrySchema, entry))
}

export function readEntry(value: unknown): LogEntry {
  return fromBinary(LogEntrySchema, bytesOf(value))
}

export function writeFingerprint(fingerprint: Fingerprint): Uint8Array {
  return toBinary(FingerprintSchema, create(FingerprintSchema, fingerprint))
}

export function readFingerprint(value: unknown): Fingerprint {
  return fromBinary(FingerprintSchema, bytesOf(value))
}

export function writeHead(head: Head): Uint8Array {
  return toBinary(HeadSchema, head)
}

export function readHead(value: unknown): Head {
  return fromBinary(HeadSchema, bytesOf(value))
}

/** Where a row of the topic index stands in V1's order. */
export function positionOf(key: KvKey): Position & { digest: Uint8Array } {
  return { timestampNs: key[2] as bigint, digest: bytesOf(key[3]) }
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
