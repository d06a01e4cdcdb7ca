/**
 * The part of Deno KV that the store stands on: `Deno.Kv` and `@deno/kv` both fit. Values are
 * bytes only, so that every runtime reads every file.
 */
export interface Kv {
  get(key: KvKey): Promise<KvRow>
  getMany(keys: readonly KvKey[]): Promise<KvRow[]>
  list(
    selector: KvSelector,
    options?: { limit?: number; batchSize?: number; reverse?: boolean },
  ): AsyncIterableIterator<KvRow>
  atomic(): KvAtomic
  watch?(keys: readonly KvKey[]): ReadableStream<KvRow[]>
  close(): void
}

export interface KvAtomic {
  check(...checks: { key: KvKey; versionstamp: string | null }[]): KvAtomic
  set(key: KvKey, value: unknown): KvAtomic
  delete(key: KvKey): KvAtomic
  commit(): Promise<{ ok: boolean; versionstamp?: string }>
}

export type KvPart = string | bigint | number | boolean | Uint8Array
export type KvKey = readonly KvPart[]
export type KvSelector =
  | { prefix: KvKey }
  | { prefix: KvKey; start: KvKey }
  | { prefix: KvKey; end: KvKey }
  | { start: KvKey; end: KvKey }

export interface KvRow {
  readonly key: KvKey
  readonly value: unknown
  readonly versionstamp: string | null
}

/** Plain bytes of a value or key part: remote ones may be Buffers. */
export function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError("the store holds a value that is not bytes")
  }
  if (value.constructor === Uint8Array) return value
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/** `getMany` takes ten keys; this takes any number. */
export async function readMany(kv: Kv, keys: readonly KvKey[]): Promise<KvRow[]> {
  const reads: Promise<KvRow[]>[] = []
  for (let i = 0; i < keys.length; i += 10) reads.push(kv.getMany(keys.slice(i, i + 10)))
  return (await Promise.all(reads)).flat()
}

/** What one atomic operation may hold, with a margin under the measured limits of Deno KV. */
const budget = { mutations: 950, bytes: 700 * 1024, keyBytes: 76 * 1024 }

/**
 * Weighs a growing atomic operation, so that it is cut before Deno KV refuses it: whether these many
 * bytes in this many rows still go in. Keys are weighed as if every byte had to be escaped.
 */
export function createScale(): (rows: number, keyBytes: number, valueBytes: number) => boolean {
  const load = { mutations: 0, bytes: 0, keyBytes: 0 }
  return (rows, keyBytes, valueBytes) => {
    load.mutations += rows
    load.keyBytes += keyBytes
    load.bytes += keyBytes + valueBytes
    return load.mutations <= budget.mutations && load.bytes <= budget.bytes &&
      load.keyBytes <= budget.keyBytes
  }
}
