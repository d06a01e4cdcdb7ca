// The snippets of the SDK's README are one program: types are checked and it runs, on every runtime.
import { Client, http, privateKeySigner } from "@wafer/sdk"
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { type NodeProcess, root, runProgram, startNode } from "./processes.ts"

describe("the SDK's README", () => {
  const file = join(root, "tests", "sdk-readme.tmp.ts")
  let node: NodeProcess
  before(async () => {
    node = await startNode("deno")
    const readme = await readFile(join(root, "sdk", "README.md"), "utf8")
    const snippets = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, snippet]) => snippet!)
    assert.ok(snippets.length > 5)
    const program = snippets.join("\n").replaceAll("http://localhost:5555", node.url)
    const friend = await Client.create(
      privateKeySigner(crypto.getRandomValues(new Uint8Array(32))),
      { transport: http(node.url) },
    )
    const end = "await talkative.close()\nawait client.close()\n"
    await writeFile(file, `const friend = "${friend.address}"\n${program}\n${end}`)
    await friend.close()
  })
  after(async () => {
    await rm(file, { force: true })
    await node.kill()
  })

  test("has the types it shows", () => {
    const deno = join(root, "node_modules", ".bin", "deno")
    const { status, stderr } = spawnSync(deno, ["check", file], { cwd: root, encoding: "utf8" })
    assert.equal(status, 0, stderr)
  })

  for (const runtime of ["deno", "bun", "node"] as const) {
    test(`runs on ${runtime}`, async () => {
      const { code, stdout, stderr } = await runProgram(runtime, file)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /gm\n/)
      assert.match(stdout, /live\n|catching-up\n/)
      assert.match(stdout, /not-registered\n/)
      assert.match(stdout, /added 👍\n/)
      assert.match(stdout, /denied\n/)
    })
  }
})
