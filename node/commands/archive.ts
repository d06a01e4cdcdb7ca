import { toHex } from "../hex.ts"
import { create } from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import { decodeBase64, encodeBase64 } from "../base64.ts"
import { storageId } from "../store/envelope.ts"
import {
  emptyFingerprint,
  type Fingerprint,
  fingerprintDigest,
  withId,
} from "../store/fingerprint.ts"

/** An envelope, and when the node that it comes from committed it. */
export interface Archived {
  readonly envelope: Envelope
  readonly receivedNs: bigint
}

/** A file that is not an archive, or not a whole one. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError"
}

/**
 * An archive is lines of JSON: first `{"wafer":"archive","version":1}`, then one envelope a line in
 * the order of the log, last `{"end":{"envelopes":"<count>","fingerprint":"<hex>"}}`, by which a cut
 * or changed file is known. Any program that reads lines can use it; docs/operations.md shows how.
 */
export async function* writeArchive(envelopes: AsyncIterable<Archived>): AsyncGenerator<string> {
  yield JSON.stringify({ wafer: "archive", version: 1 }) + "\n"
  let all = emptyFingerprint
  for await (const { envelope, receivedNs } of envelopes) {
    all = withId(all, storageId(envelope))
    yield JSON.stringify({
      contentTopic: envelope.contentTopic,
      timestampNs: String(envelope.timestampNs),
      message: encodeBase64(envelope.message),
      receivedNs: String(receivedNs),
    }) + "\n"
  }
  yield JSON.stringify({ end: summary(all) }) + "\n"
}

/**
 * The envelopes of an archive. It is known to be whole only when the iteration has ended.
 *
 * @throws ArchiveError
 */
export async function* readArchive(lines: AsyncIterable<string>): AsyncGenerator<Archived> {
  let number = 0
  let all = emptyFingerprint
  let ended = false
  for await (const line of lines) {
    number++
    const record = parse(line, number)
    if (number === 1) {
      if (record.wafer !== "archive") throw new ArchiveError("this is not an archive of a node")
      if (record.version !== 1) {
        throw new ArchiveError(`this program reads version 1, not ${record.version}`)
      }
    } else if (ended) {
      throw new ArchiveError(`line ${number} stands behind the end`)
    } else if (record.end) {
      if (JSON.stringify(record.end) !== JSON.stringify(summary(all))) {
        throw new ArchiveError("the envelopes are not those that were archived")
      }
      ended = true
    } else {
      const archived = toArchived(record, number)
      all = withId(all, storageId(archived.envelope))
      yield archived
    }
  }
  if (!ended) throw new ArchiveError(`the archive is cut after line ${number}`)
}

function summary(all: Fingerprint): { envelopes: string; fingerprint: string } {
  return { envelopes: String(all.count), fingerprint: toHex(fingerprintDigest(all)) }
}

function parse(line: string, number: number): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(line)
    if (typeof record === "object" && record !== null) return record as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new ArchiveError(`line ${number} is not an object of JSON`)
}

function toArchived(record: Record<string, unknown>, number: number): Archived {
  const { contentTopic, timestampNs, message, receivedNs } = record
  try {
    return {
      envelope: create(EnvelopeSchema, {
        contentTopic: String(contentTopic),
        timestampNs: BigInt(timestampNs as string),
        message: decodeBase64(String(message)),
      }),
      receivedNs: BigInt(receivedNs as string),
    }
  } catch {
    throw new ArchiveError(`line ${number} is not an envelope`)
  }
}
