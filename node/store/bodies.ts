import { create } from "@bufbuild/protobuf"
import { type Envelope, EnvelopeSchema } from "@wafer/proto"
import type { Manifest } from "@wafer/proto/node"
import { bytesOf, type Kv, type KvKey, type KvRow, readMany } from "./deno-kv.ts"
import { compareBytes } from "./envelope.ts"
import type { LogEntry } from "./store.ts"
import { DamageError, hasTail, isTail, joinChunks, keys, readBody, readTopicKey } from "./rows.ts"

/** 660 KiB: as many chunks as one atomic operation takes. */
const chunksAtOnce = 11

/** A row of the topic index, and the second half of its message where there is one. */
export interface TopicRow {
  readonly row: KvRow
  readonly tail?: KvRow | undefined
}

/** Rows of the topic index that are read one after the other, each with its tail. */
export async function* withTails(
  rows: AsyncIterable<KvRow>,
  descending: boolean,
): AsyncGenerator<TopicRow, void> {
  let waiting: KvRow | undefined
  for await (const row of rows) {
    const [first, second] = descending ? [row, waiting] : [waiting, row]
    if (first && second && isTailOf(second, first)) {
      yield { row: first, tail: second }
      waiting = undefined
      continue
    }
    // One half alone is damage: whoever reads the first one finds out.
    if (waiting && !isTail(waiting.key)) yield { row: waiting }
    waiting = isTail(row.key) || hasTail(row.value) ? row : undefined
    if (!waiting) yield { row }
  }
  if (waiting && !isTail(waiting.key)) yield { row: waiting }
}

function isTailOf(tail: KvRow, { key }: KvRow): boolean {
  if (!isTail(tail.key) || isTail(key)) return false
  const [one, other] = [readTopicKey(tail.key), readTopicKey(key)]
  return one.contentTopic === other.contentTopic && one.timestampNs === other.timestampNs &&
    compareBytes(one.digest, other.digest) === 0
}

/** The envelope in a row of the topic index, put together if it is large; undefined when it is damaged. */
export async function envelopeOf(kv: Kv, { row, tail }: TopicRow): Promise<Envelope | undefined> {
  const { contentTopic, timestampNs } = readTopicKey(row.key)
  try {
    const body = readBody(row.value, tail?.value)
    const message = body instanceof Uint8Array ? body : await joined(kv, body)
    return create(EnvelopeSchema, { contentTopic, timestampNs, message })
  } catch (error) {
    if (error instanceof DamageError) return undefined
    throw error
  }
}

async function joined(kv: Kv, manifest: Manifest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const { value } of kv.list({ prefix: keys.chunks(manifest.id) })) {
    chunks.push(bytesOf(value))
  }
  return joinChunks(manifest, chunks)
}

export async function readEnvelopes(
  kv: Kv,
  entries: readonly LogEntry[],
): Promise<(Envelope | undefined)[]> {
  const rows = await readMany(
    kv,
    entries.map((e) => keys.topic(e.contentTopic, e.timestampNs, e.digest)),
  )
  const halved = rows.filter(({ versionstamp, value }) => versionstamp !== null && hasTail(value))
  const tails = await readMany(kv, halved.map(({ key }) => keys.tail(key)))
  const tailOf = new Map(halved.map((row, i) => [row, tails[i]]))
  return await Promise.all(
    rows.map((row) =>
      row.versionstamp === null ? undefined : envelopeOf(kv, { row, tail: tailOf.get(row) })
    ),
  )
}

/** A piece of a large message, and where it goes. */
export interface Chunk {
  readonly key: KvKey
  readonly bytes: Uint8Array
}

/** Chunks go first and alone: a crash leaves orphans for the sweeper, never a manifest without chunks. */
export async function writeChunks(kv: Kv, chunks: readonly Chunk[]): Promise<void> {
  for (let first = 0; first < chunks.length; first += chunksAtOnce) {
    const atomic = kv.atomic()
    for (const { key, bytes } of chunks.slice(first, first + chunksAtOnce)) atomic.set(key, bytes)
    await atomic.commit()
  }
}

export async function removeChunks(kv: Kv, id: Uint8Array): Promise<void> {
  const atomic = kv.atomic()
  let found = false
  for await (const { key } of kv.list({ prefix: keys.chunks(id) })) {
    atomic.delete(key)
    found = true
  }
  if (found) await atomic.commit()
}

/** The ids of chunks that belong to nothing: what a crash between chunks and commit leaves behind. */
export async function findOrphans(kv: Kv): Promise<Uint8Array[]> {
  const orphans: Uint8Array[] = []
  let start = keys.chunks(new Uint8Array())
  for (;;) {
    // One row of each message: the next begins behind all of its chunks.
    const { value: row } = await kv.list({ start, end: ["d"] }, { limit: 1 }).next()
    if (!row) return orphans
    const id = bytesOf(row.key[1])
    if ((await kv.get(keys.id(id))).versionstamp === null) orphans.push(id)
    start = [...keys.chunks(id), true]
  }
}
