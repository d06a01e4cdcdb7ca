// What an operator types beside running a node: every envelope survives each way of moving it.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { gunzipSync, gzipSync } from "node:zlib"
import { commandOf, root, type Runtime, startNode } from "../processes.ts"
import { account } from "./token.ts"

const authorization = account(3).authorization()

async function publish(url: string, count: number, size = 100): Promise<void> {
  const envelopes = Array.from({ length: count }, (_, i) => ({
    contentTopic: i % 3 === 0 ? "elsewhere" : `/xmtp/0/m-${i % 5}/proto`,
    timestampNs: String(i),
    message: btoa(`${i}`.padEnd(i === 7 ? 150_000 : size, "x")),
  }))
  const body = JSON.stringify({ envelopes })
  const response = await fetch(`${url}/message/v1/publish`, {
    method: "POST",
    headers: { authorization },
    body,
  })
  assert.equal(response.status, 200, await response.text())
}

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function run(runtime: Runtime, args: string[], input = ""): Promise<Ran> {
  const [program, all] = commandOf(runtime, join(root, "node", "main.ts"), args)
  const child = spawn(program, all, { cwd: root })
  let [stdout, stderr] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text)
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text)
  child.stdin.on("error", () => {})
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
  return { code, stdout, stderr }
}

for (const runtime of ["deno", "bun"] as const) {
  describe(`a node's commands on ${runtime}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "wafer-commands-"))
    const at = (name: string): string => join(folder, name)
    const count = 620
    let verified = ""

    before(async () => {
      await using node = await startNode(runtime, { data: at("first"), args: ["--limits", "off"] })
      await publish(node.url, count)
      // A backup of the running node, and the refusal to touch its folder.
      const backup = await run(runtime, ["backup", at("live.gz"), "--data", at("first")])
      assert.equal(backup.code, 0, backup.stderr)
      const verify = await run(runtime, ["verify", "--data", at("first")])
      assert.equal(verify.code, 1)
      assert.match(verify.stderr, /stop it first/)
      const alone = await run(runtime, ["peers", "--data", at("first")])
      assert.deepEqual([alone.code, alone.stdout.startsWith("This node has no network")], [0, true])
      const second = ["--data", at("first"), "--port", "0", "--grpc-port", "0"]
      assert.match((await run(runtime, second)).stderr, /another node works on/)
      assert.equal(await node.stop(), 0)
    })
    after(() => rmSync(folder, { recursive: true, force: true }))

    it("peers asks a node, and says so when none runs", async () => {
      const { code, stderr } = await run(runtime, ["peers", "--json", "--data", at("first")])
      assert.equal(code, 1)
      assert.match(stderr, /no node works on/)
    })

    it("verify finds a store that it wrote sound", async () => {
      const { code, stdout, stderr } = await run(runtime, ["verify", "--data", at("first")])
      assert.equal(code, 0, stderr)
      assert.match(stdout, /^620 envelopes, 0 damaged, root fingerprint [0-9a-f]{32}$/m)
      verified = stdout
    })

    it("backup of a stopped node says the same as of a running one", async () => {
      const { code, stderr } = await run(runtime, ["backup", at("cold.gz"), "--data", at("first")])
      assert.equal(code, 0, stderr)
      const [live, cold] = ["live.gz", "cold.gz"].map((f) => gunzipSync(readFileSync(at(f))))
      assert.equal(String(live), String(cold))
    })

    it("restore makes the same store, and only in an empty folder", async () => {
      const restore = ["restore", at("live.gz"), "--data", at("second")]
      const { code, stderr } = await run(runtime, restore)
      assert.equal(code, 0, stderr)
      assert.match(stderr, /620 envelopes read, 620 of them new/)
      assert.equal((await run(runtime, ["verify", "--data", at("second")])).stdout, verified)
      const again = await run(runtime, restore)
      assert.equal(again.code, 1)
      assert.match(again.stderr, /holds envelopes already/)
    })

    it("export and import move everything, and take nothing twice", async () => {
      const { stdout: archive } = await run(runtime, ["export", "--data", at("first")])
      assert.equal(archive.trim().split("\n").length, count + 2)
      const once = await run(runtime, ["import", "--data", at("third")], archive)
      assert.match(once.stderr, /620 envelopes read, 620 of them new/)
      const twice = await run(runtime, ["import", "--data", at("third")], archive)
      assert.match(twice.stderr, /620 envelopes read, 0 of them new/)
      assert.equal((await run(runtime, ["verify", "--data", at("third")])).stdout, verified)
    })

    it("a backup leaves a running node alone, wherever it listens and however slow it is", async () => {
      const data = at("running")
      const backup = ["backup", at("running.gz"), "--data", data]
      await using node = await startNode(runtime, { data, args: ["--host", "::"] })
      await publish(node.url, 10)
      const { code, stderr } = await run(runtime, backup)
      assert.equal(code, 0, stderr)
      await publish(node.url, 20)
      node.child.kill("SIGSTOP")
      const refused = await run(runtime, backup)
      node.child.kill("SIGCONT")
      assert.equal(refused.code, 1)
      assert.match(refused.stderr, /works on .* and does not answer/)
      await publish(node.url, 30)
      assert.equal(await node.stop(), 0)
    })

    it("leaves the backup before as it was when one fails", async () => {
      const [file, data] = [at("kept.gz"), at("gone")]
      writeFileSync(file, "the one before")
      await using node = await startNode(runtime, { data })
      const backup = ["backup", file, "--data", data]
      mkdirSync(`${file}.part`)
      const failed = await run(runtime, backup)
      assert.equal(failed.code, 1)
      assert.equal(readFileSync(file, "utf8"), "the one before")
      rmSync(`${file}.part`, { recursive: true })
      assert.equal((await run(runtime, backup)).code, 0)
      assert.match(String(gunzipSync(readFileSync(file))), /"end"/)
      assert.equal(existsSync(`${file}.part`), false)
      assert.equal(await node.stop(), 0)
    })

    it("says in one line what an operator can mend", async () => {
      const bytes = readFileSync(at("live.gz"))
      writeFileSync(at("half.gz"), bytes.subarray(0, bytes.length / 2))
      writeFileSync(at("none.gz"), "no archive")
      await using node = await startNode(runtime)
      const { port } = new URL(node.url)
      const ports = ["--data", ":memory:", "--grpc-port", "0"]
      const wrong: [string[], RegExp][] = [
        [["restore", at("missing.gz"), "--data", at("r1")], /no such file.*missing\.gz/],
        [["restore", at("half.gz"), "--data", at("r2")], /unexpected end of file/],
        [["restore", at("none.gz"), "--data", at("r3")], /incorrect header/],
        [
          [...ports, "--host", "127.0.0.1", "--port", port],
          new RegExp(`--port ${port} cannot be opened: .*in use`, "i"),
        ],
        [[...ports, "--port", "0", "--rules", at("missing")], /no such file.*missing/],
      ]
      for (const [args, message] of wrong) {
        const { code, stderr } = await run(runtime, args)
        assert.equal(code, 1)
        assert.match(stderr, message)
        assert.doesNotMatch(stderr, /^\s+at /m)
      }
      assert.equal(await node.stop(), 0)
    })

    it("says so when an archive is cut or changed", async () => {
      const text = String(gunzipSync(readFileSync(at("live.gz"))))
      const lines = text.trim().split("\n")
      const wrong: [string, string, RegExp][] = [
        ["cut", lines.slice(0, 50).join("\n"), /cut after line 50/],
        ["changed", text.replace('"timestampNs":"5"', '"timestampNs":"6"'), /not those that were/],
        ["other", '{"a":1}\n', /not an archive/],
        ["broken", `${lines[0]}\n{"contentTopic":1}\n`, /line 2 is not an envelope/],
      ]
      for (const [name, content, message] of wrong) {
        writeFileSync(at(`${name}.gz`), gzipSync(content))
        const { code, stderr } = await run(runtime, [
          "restore",
          at(`${name}.gz`),
          "--data",
          at(name),
        ])
        assert.equal(code, 1, name)
        assert.match(stderr, message)
      }
    })
  })
}
