// The one file of the SDK that touches a disk: node:fs is the same in Deno, Bun and Node.
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { utf8 } from "../bytes.ts"
import { asWaferError, rethrowAs } from "../error.ts"
import type { Store } from "./store.ts"
import { inOrder } from "./in-order.ts"
import { type Lease, leaseLock } from "./lease.ts"
import { orStoreError } from "./store-error.ts"

/**
 * A store of one file per key below `folder`, which only their owner may read. A value is written to
 * the disk beside the old one and takes its name: readers and crashes see the old or the new, whole.
 *
 * For Deno, Bun and Node.
 */
export function fileStore(folder: string): Store {
  const ordered = inOrder()
  const pathOf = (key: string) => join(folder, ...fileName(key))

  return {
    async get(key) {
      try {
        return new Uint8Array(await readFile(pathOf(key)))
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw asWaferError(error, "store")
      }
    },
    set(key, value) {
      const copy = value.slice()
      return ordered(() => replace(pathOf(key), copy))
    },
    delete: (key) => ordered(() => remove(pathOf(key))),
    async keys(prefix) {
      const names = await listFiles(folder)
      return names.map(keyOf).filter((key) => key.startsWith(prefix)).sort()
    },
    lock: leaseLock((name) => lockFile(pathOf(name) + ".lock")),
    close: () => ordered(() => Promise.resolve()),
  }
}

async function replace(path: string, value: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(temporary, "wx", 0o600)
    try {
      await file.writeFile(value)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw asWaferError(error, "store")
  }
}

function remove(path: string): Promise<void> {
  return orStoreError(() => rm(path, { force: true }))
}

/** A file that only one process can create. */
function lockFile(path: string): Lease {
  async function isStale(staleMs: number): Promise<boolean> {
    try {
      return (await stat(path)).mtimeMs < staleMs
    } catch (error) {
      if (isAbsent(error)) return false
      throw asWaferError(error, "store")
    }
  }
  return {
    async take(staleMs) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await (await open(path, "wx", 0o600)).close()
        return true
      } catch (error) {
        if (!hasCode(error, "EEXIST")) throw asWaferError(error, "store")
        if (await isStale(staleMs)) await remove(path)
        return false
      }
    },
    give: () => remove(path),
  }
}

// A name must fit every file system: no more than 255 bytes, case that does not count, no odd signs.
// So upper case and signs are escaped, long names go on in a folder, and only a last part has a dot.
const suffix = ".value"
const partLength = 200

function fileName(key: string): string[] {
  const escaped = Array.from(utf8(key), (byte) => {
    const char = String.fromCharCode(byte)
    return /[a-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, "0")}`
  }).join("")
  const parts = escaped.match(new RegExp(`.{1,${partLength}}`, "g")) ?? [""]
  return [...parts.slice(0, -1), parts.at(-1) + suffix]
}

function keyOf(name: string): string {
  const escaped = name.slice(0, -suffix.length)
  return rethrowAs("store", `not a file of this store: ${name}`, () => decodeURIComponent(escaped))
}

/** The escaped names below `folder`, those in folders joined with the folder's. */
async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = await Promise.all(entries.map(async (entry) => {
      if (!entry.isDirectory()) return entry.name.endsWith(suffix) ? [entry.name] : []
      const inside = await listFiles(join(folder, entry.name))
      return inside.map((name) => entry.name + name)
    }))
    return names.flat()
  } catch (error) {
    if (isAbsent(error)) return []
    throw asWaferError(error, "store")
  }
}

function isAbsent(error: unknown): boolean {
  return hasCode(error, "ENOENT")
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code
}
