import type { Envelope } from "@wafer/proto"
import type { Manifest } from "@wafer/proto/node"
import { bytesOf, type Kv, readMany } from "../kv.ts"
import type { LogEntry } from "../store.ts"
import { joinChunks, keys, readBody } from "./rows.ts"

/** 660 KiB: as many chunks as one atomic operation takes. */
const chunksAtOnce = 11

/** The envelope in a row of the topic index, put together from its chunks if it is large. */
export async function envelopeOf(kv: Kv, row: unknown): Promise<Envelope> {
  const body = readBody(row)
  if (body.$typeName !== "wafer.node.v1.Manifest") return body
  const chunks: Uint8Array[] = []
  for await (const { value } of kv.list({ prefix: ["c", body.id] })) chunks.push(bytesOf(value))
  return joinChunks(body, chunks)
}

export async function readEnvelopes(
  kv: Kv,
  entries: readonly LogEntry[],
): Promise<(Envelope | undefined)[]> {
  const rows = await readMany(
    kv,
    entries.map((e) => keys.topic(e.contentTopic, e.timestampNs, e.digest)),
  )
  return await Promise.all(
    rows.map(({ value, versionstamp }) =>
      versionstamp === null ? undefined : envelopeOf(kv, value)
    ),
  )
}

/** Chunks go first and alone: a crash leaves orphans for the sweeper, never a manifest without chunks. */
export async function writeChunks(
  kv: Kv,
  id: Uint8Array,
  chunks: readonly Uint8Array[],
): Promise<void> {
  for (let first = 0; first < chunks.length; first += chunksAtOnce) {
    const atomic = kv.atomic()
    const some = chunks.slice(first, first + chunksAtOnce)
    some.forEach((chunk, i) => atomic.set(keys.chunk(id, first + i), chunk))
    await atomic.commit()
  }
}

export async function removeChunks(kv: Kv, body: Envelope | Manifest): Promise<void> {
  if (body.$typeName !== "wafer.node.v1.Manifest") return
  const atomic = kv.atomic()
  for (let n = 0; n < body.chunks; n++) atomic.delete(keys.chunk(body.id, n))
  await atomic.commit()
}
