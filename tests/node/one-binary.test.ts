// A node as one file that needs nothing beside it: what docs/operations.md tells to build.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, it } from "node:test"
import { root, startNodeProgram } from "../processes.ts"
import { account } from "./token.ts"

const authorization = account(71).authorization()
const contentTopic = "/xmtp/0/m-binary/proto"

let folder: string
before(() => folder = mkdtempSync(join(tmpdir(), "wafer-binary-")))
after(() => rmSync(folder, { recursive: true, force: true }))

it("bun builds a binary that keeps what it took, far from the checkout", async () => {
  const built = join(folder, "built")
  const bun = join(root, "node_modules", ".bin", "bun")
  const args = ["build", "--compile", "--outfile", built, "node/main.ts"]
  const { status, stderr } = spawnSync(bun, args, { cwd: root, encoding: "utf8" })
  assert.equal(status, 0, stderr)
  const program = join(folder, "wafer-node")
  copyFileSync(built, program)

  const flags = ["--port", "0", "--grpc-port", "0", "--data", join(folder, "data")]
  const envelope = { contentTopic, timestampNs: "5", message: btoa("gm") }
  for (const publish of [true, false]) {
    await using node = await startNodeProgram(program, flags)
    const post = (path: string, body: unknown) =>
      fetch(`${node.url}/message/v1/${path}`, {
        method: "POST",
        headers: { authorization },
        body: JSON.stringify(body),
      })
    if (publish) assert.equal((await post("publish", { envelopes: [envelope] })).status, 200)
    const page = await (await post("query", { contentTopics: [contentTopic] })).json()
    assert.deepEqual(page.envelopes, [envelope])
    assert.equal((await fetch(`${node.url}/`)).status, 200)
    assert.equal(await node.stop(), 0)
  }
})
