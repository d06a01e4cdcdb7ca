// A disk that lied: a node says what it found, serves the rest, or refuses and touches nothing.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { commandOf, root, type Runtime, startNode } from "../processes.ts"
import { account } from "./token.ts"

const authorization = account(51).authorization()
const count = 400

function run(runtime: Runtime, args: string[]): { status: number | null; said: string } {
  const [program, all] = commandOf(runtime, join(root, "node", "main.ts"), args)
  const { status, stdout, stderr } = spawnSync(program, all, { cwd: root, encoding: "utf8" })
  return { status, said: stdout + stderr }
}

async function publish(url: string): Promise<void> {
  const envelopes = Array.from({ length: count }, (_, i) => ({
    contentTopic: `/xmtp/0/m-${i % 5}/proto`,
    timestampNs: String(i),
    message: btoa(String(i).padEnd(i % 100 === 7 ? 150_000 : 300, "x")),
  }))
  const body = JSON.stringify({ envelopes })
  const headers = { authorization }
  const answer = await fetch(`${url}/message/v1/publish`, { method: "POST", headers, body })
  assert.equal(answer.status, 200, await answer.text())
}

/** Flips one bit at each of 20 places, all behind the first pages, which say what the file is. */
function flip(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  for (let i = 0; i < 20; i++) changed[Math.floor((i + 0.5) * bytes.length / 20)]! ^= 0x40
  return changed
}

for (const runtime of ["deno", "bun"] as const) {
  describe(`the damaged store of a node on ${runtime}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "wafer-damage-"))
    const sound = join(folder, "sound")
    let bytes = new Uint8Array()

    before(async () => {
      await using node = await startNode(runtime, { data: sound, args: ["--limits", "off"] })
      await publish(node.url)
      assert.equal(await node.stop(), 0)
      bytes = new Uint8Array(readFileSync(join(sound, "wafer.kv")))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))

    function damaged(name: string, change: (bytes: Uint8Array) => Uint8Array): string {
      const data = join(folder, name)
      cpSync(sound, data, { recursive: true })
      writeFileSync(join(data, "wafer.kv"), change(bytes))
      return data
    }

    for (
      const [name, change] of Object.entries({
        "cut in half": (all: Uint8Array) => all.slice(0, all.length / 2),
        "without its last pages": (all: Uint8Array) => all.slice(0, all.length - 3 * 4096),
        "without its first letter": (all: Uint8Array) => all.with(0, 0),
      })
    ) {
      it(`is refused ${name}, and stays as it is`, () => {
        const data = damaged(name, change)
        const flags = ["--data", data, "--port", "0", "--grpc-port", "0"]
        for (const args of [flags, ["verify", "--data", data]]) {
          const { status, said } = run(runtime, args)
          assert.equal(status, 1)
          assert.match(
            said,
            /wafer\.kv cannot be opened \(.*(malformed|not a database).*\): restore/,
          )
        }
        assert.deepEqual(new Uint8Array(readFileSync(join(data, "wafer.kv"))), change(bytes))
      })
    }

    it("with bits flipped is told by verify, and what is sound is served", async () => {
      const data = damaged("flipped", flip)
      const { status, said } = run(runtime, ["verify", "--data", data])
      assert.equal(status, 1)
      const [, checked, broken] = /^(\d+) envelopes, (\d+) damaged/m.exec(said) ?? []
      assert.ok(Number(broken) > 0, said)
      await using node = await startNode(runtime, { data })
      assert.match(node.output(), new RegExp(`"event":"store opened","log":${count}`))
      const contentTopics = ["/xmtp/0/m-1/proto"]
      const body = JSON.stringify({ contentTopics, pagingInfo: { limit: 100 } })
      const answer = await fetch(`${node.url}/message/v1/query`, { method: "POST", body })
      const { envelopes } = await answer.json()
      assert.ok(envelopes.length >= Number(checked) / 5 - Number(broken))
      assert.equal(await node.stop(), 0)
    })

    it("is told of a death before", async () => {
      const data = damaged("killed", (all) => all)
      const first = await startNode(runtime, { data })
      assert.match(first.output(), /"stored":400,"killed":false/)
      await first.kill()
      await using second = await startNode(runtime, { data })
      assert.match(second.output(), /"level":"warn","event":"store opened",.*"killed":true/)
    })
  })
}
