import { concat, utf8 } from "../bytes.ts"
import { WaferError } from "../error.ts"
import type { Store } from "./store.ts"
import { inOrder } from "./in-order.ts"
import { type Lease, leaseLock } from "./lease.ts"
import { orStoreError } from "./store-error.ts"

/** A key of the database. */
export type KvKey = readonly (string | number)[]

/** What stands under a key. */
export interface KvEntry {
  /** Its key. */
  readonly key: readonly unknown[]
  /** null when there is none. */
  readonly value: unknown
  /** Another one after each change; null when there is no value. */
  readonly versionstamp: string | null
}

/** Changes that are made together or not at all. */
export interface KvAtomic {
  /** Makes the changes depend on a value being as it was read. */
  check(entry: { key: KvKey; versionstamp: string | null }): KvAtomic
  /** Adds a value. */
  set(key: KvKey, value: Uint8Array): KvAtomic
  /** Removes one. */
  delete(key: KvKey): KvAtomic
  /** Makes the changes; `ok` is false when a check failed. */
  commit(): Promise<{ readonly ok: boolean }>
}

/** The part of `Deno.Kv` that is needed; the npm package `@deno/kv` has it too. */
export interface Kv {
  /** Reads one value. */
  get(key: KvKey): Promise<KvEntry>
  /** Reads all values below a prefix, in the order of their keys. */
  list(selector: { prefix: KvKey; start?: KvKey }): AsyncIterable<KvEntry>
  /** Begins a change. */
  atomic(): KvAtomic
}

// Deno KV takes values of up to 64 KiB and commits of less than 800 KiB.
const chunkBytes = 60 * 1024
const chunksPerCommit = 8

const inline = 0
const chunked = 1

/**
 * A store in Deno KV, below the given prefix. Values above 60 KiB are split; a reader sees the old or
 * the new value, never a mixture. Closing the store leaves the database open: it belongs to the caller.
 *
 * @example
 * ```ts
 * const store = denoKvStore(await Deno.openKv())
 * ```
 */
export function denoKvStore(kv: Kv, prefix: readonly string[] = ["wafer"]): Store {
  const ordered = inOrder()
  const headOf = (key: string): KvKey => [...prefix, "value", key]
  const chunksOf = (key: string, id: string): KvKey => [...prefix, "chunk", key, id]

  async function get(key: string): Promise<Uint8Array | undefined> {
    const { value, versionstamp } = await kv.get(headOf(key))
    if (value === null) return undefined
    const head = readHead(value)
    if (head.id === undefined) return head.value
    const chunks: Uint8Array[] = []
    for await (const { value } of kv.list({ prefix: chunksOf(key, head.id) })) {
      chunks.push(value as Uint8Array)
    }
    if (chunks.length === head.count) return concat(...chunks)
    // A writer took the chunks away in the meantime; when there was none, they are lost.
    const { versionstamp: now } = await kv.get(headOf(key))
    if (now !== versionstamp) return get(key)
    throw new WaferError("store", `chunks of ${key} are missing`)
  }

  async function set(key: string, value: Uint8Array): Promise<void> {
    if (value.length <= chunkBytes) return replace(key, concat(Uint8Array.of(inline), value))
    const id = crypto.randomUUID()
    const count = Math.ceil(value.length / chunkBytes)
    for (let first = 0; first < count; first += chunksPerCommit) {
      let commit = kv.atomic()
      for (let n = first; n < Math.min(first + chunksPerCommit, count); n++) {
        const chunk = value.slice(n * chunkBytes, (n + 1) * chunkBytes)
        commit = commit.set([...chunksOf(key, id), n], chunk)
      }
      await commit.commit()
    }
    await replace(key, writeHead(id, count))
  }

  /** Puts `head` in the place of the one before, or removes it, and drops the chunks of that. */
  async function replace(key: string, head: Uint8Array | undefined): Promise<void> {
    const { value, versionstamp } = await kv.get(headOf(key))
    const commit = kv.atomic().check({ key: headOf(key), versionstamp })
    const { ok } = await (head ? commit.set(headOf(key), head) : commit.delete(headOf(key)))
      .commit()
    if (!ok) return replace(key, head)
    const { id } = value === null ? {} : readHead(value)
    if (id === undefined) return
    for await (const chunk of kv.list({ prefix: chunksOf(key, id) })) {
      await kv.atomic().delete(chunk.key as KvKey).commit()
    }
  }

  async function keys(start: string): Promise<string[]> {
    const keys: string[] = []
    const selector = { prefix: [...prefix, "value"], start: headOf(start) }
    for await (const entry of kv.list(selector)) {
      const key = entry.key.at(-1) as string
      // Strings are ordered by their UTF-8 bytes: those of one prefix stand together.
      if (!key.startsWith(start)) break
      keys.push(key)
    }
    return keys.sort()
  }

  /** An entry that says since when who has it. */
  function lease(key: KvKey): Lease {
    const holder = crypto.randomUUID()
    const read = async () => {
      const { value, versionstamp } = await kv.get(key)
      const [takenMs, id] = value === null ? [] : textOf(value).split(" ")
      return { takenMs: Number(takenMs ?? 0), id, check: { key, versionstamp } }
    }
    return {
      take: (staleMs) =>
        orStoreError(async () => {
          const { takenMs, check } = await read()
          if (takenMs > staleMs) return false
          const entry = utf8(`${Date.now()} ${holder}`)
          return (await kv.atomic().check(check).set(key, entry).commit()).ok
        }),
      give: () =>
        orStoreError(async () => {
          const { id, check } = await read()
          if (id === holder) await kv.atomic().check(check).delete(key).commit()
        }),
    }
  }

  return {
    get: (key) => orStoreError(() => get(key)),
    set(key, value) {
      const copy = value.slice()
      return ordered(() => orStoreError(() => set(key, copy)))
    },
    delete: (key) => ordered(() => orStoreError(() => replace(key, undefined))),
    keys: (start) => orStoreError(() => keys(start)),
    lock: leaseLock((name) => lease([...prefix, "lock", name])),
    close: () => ordered(() => Promise.resolve()),
  }
}

function writeHead(id: string, count: number): Uint8Array {
  return concat(Uint8Array.of(chunked), utf8(`${count} ${id}`))
}

function readHead(
  value: unknown,
): { value: Uint8Array; id?: undefined } | { id: string; count: number } {
  // On Bun and Node a Buffer comes back, which is not to leave this file.
  const bytes = Uint8Array.from(value as Uint8Array)
  if (bytes[0] === inline) return { value: bytes.slice(1) }
  const [count, id] = textOf(bytes.subarray(1)).split(" ")
  return { id: id!, count: Number(count) }
}

function textOf(value: unknown): string {
  return new TextDecoder().decode(value as Uint8Array)
}
