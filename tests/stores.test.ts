// The stores of servers, on each of them: files and the npm package of Deno KV. Their adapters cannot
// be bundled for a page, so this file runs on Node and starts itself on the other two.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { openKv } from "@deno/kv"
import { denoKvStore } from "../sdk/stores/deno-kv.ts"
import { fileStore } from "../sdk/stores/files.ts"
import { root } from "./processes.ts"
import { storeTests } from "./stores.ts"

const folders: string[] = []
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "wafer-store-"))
  folders.push(folder)
  return folder
}

storeTests("files", async (again) => fileStore(again ? folders.at(-1)! : await newFolder()), {
  numRuns: 10,
})

test("only the owner may read the files", async () => {
  const folder = join(await newFolder(), "new")
  await fileStore(folder).set("a", Uint8Array.of(1))
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  assert.equal((await stat(join(folder, "a.value"))).mode & 0o777, 0o600)
})

test("what a crash left half written is not taken for a value", async () => {
  const folder = await newFolder()
  const store = fileStore(folder)
  await store.set("a", Uint8Array.of(1))
  assert.deepEqual(await readdir(folder), ["a.value"])
  await writeFile(join(folder, `b.value.${crypto.randomUUID()}`), "half")
  assert.deepEqual(await store.keys(""), ["a"])
  assert.equal(await store.get("b"), undefined)
})

test("the lock of a process that died is free after a while", async () => {
  const folder = await newFolder()
  const lock = join(folder, "a.value.lock")
  await writeFile(lock, "")
  const longAgo = new Date(Date.now() - 60_000)
  await utimes(lock, longAgo, longAgo)
  assert.equal(await fileStore(folder).lock("a", () => Promise.resolve("mine")), "mine")
  assert.deepEqual(await readdir(folder), [])
})

test("a disk that refuses is an error of the store", async () => {
  const folder = await newFolder()
  await writeFile(join(folder, "file"), "")
  const store = fileStore(join(folder, "file"))
  await assert.rejects(store.set("a", Uint8Array.of(1)), { code: "store" })
})

const unused = () => {
  throw new Error("only bytes are stored")
}
const serializer = { encodeV8: unused, decodeV8: unused }
const kv = await openKv(":memory:", serializer)
after(() => kv.close())
let prefix = ""
storeTests("@deno/kv", (again) => {
  if (!again) prefix = crypto.randomUUID()
  return Promise.resolve(denoKvStore(kv, [prefix]))
}, { numRuns: 10 })

test("a value whose chunks are lost is an error, not a shorter value", async () => {
  const store = denoKvStore(kv, ["lossy"])
  await store.set("a", new Uint8Array(200_000))
  for await (const { key } of kv.list({ prefix: ["lossy", "chunk"] })) {
    await kv.delete(key)
    break
  }
  await assert.rejects(store.get("a"), { code: "store", message: "chunks of a are missing" })
})

const others = { deno: ["test", "-A", "--no-check"], bun: ["test", "--timeout", "120000"] }
const isOther = "Deno" in globalThis || "Bun" in globalThis
for (const [runtime, args] of Object.entries(others)) {
  test(`the same on ${runtime}`, { skip: isOther && "this is it" }, async () => {
    const program = join(root, "node_modules", ".bin", runtime)
    const env = { ...process.env, NO_COLOR: "1" }
    const { stdout, stderr } = await promisify(execFile)(
      program,
      [...args, "tests/stores.test.ts"],
      { cwd: root, env },
    )
    assert.match(stdout + stderr, /^ok \| \d+ passed|^ *[1-9]\d* pass$/m)
  })
}
