// Connect's own conformance tests against the node's own servers: the runner, written in Go, calls a
// service of its own over every protocol, version of HTTP, encoding and kind of stream.
//
//   go install connectrpc.com/conformance/cmd/connectconformance@v1.0.7
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { commandOf, findProgram, root, type Runtime } from "../processes.ts"

const runner = findProgram("connectconformance", "CONNECTCONFORMANCE_BIN")
const skip = !runner && "connectconformance is neither on PATH nor in CONNECTCONFORMANCE_BIN"
const folder = join(root, "tests", "node", "conformance")

describe("Connect's conformance runner finds the node's servers correct", () => {
  let temporary: string | undefined
  let messages: string
  before(() => {
    if (skip) return
    temporary = mkdtempSync(join(tmpdir(), "wafer-conformance-"))
    messages = join(temporary, "messages.binpb")
    const buf = join(root, "node_modules", ".bin", "buf")
    const { status, stderr } = spawnSync(buf, ["build", folder, "-o", messages])
    assert.equal(status, 0, String(stderr))
  })
  after(() => temporary && rmSync(temporary, { recursive: true, force: true }))

  for (const runtime of ["deno", "bun"] as Runtime[]) {
    it(`on ${runtime}`, { skip }, () => {
      const [program, args] = commandOf(runtime, join(folder, "server.ts"), [messages])
      const { status, stdout, stderr } = spawnSync(runner!, [
        "--mode",
        "server",
        "--conf",
        join(folder, "config.yaml"),
        // They look at the clock, which a busy machine sets ahead.
        "--known-flaky",
        "Deadline Propagation/**",
        "--",
        program,
        ...args,
      ], { encoding: "utf8", timeout: 240_000, killSignal: "SIGKILL" })
      const said = stdout + stderr
      assert.equal(status, 0, said)
      // A run without cases would find no fault either.
      const [, passed] = /^(\d+) passed, 0 failed/m.exec(said) ?? []
      assert.ok(Number(passed) > 500, said)
    })
  }
})
