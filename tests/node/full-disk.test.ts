// A disk without room: what is refused is said, what was acknowledged stays, and room is all it takes to go on.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { startNode, until } from "../processes.ts"
import { account } from "./token.ts"

const authorization = account(61).authorization()
const contentTopic = "/xmtp/0/m-full/proto"

function mount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], { stdio: "pipe" })
    return true
  } catch {
    return false
  }
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "wafer-mount-"))
  const mounted = mount(folder)
  if (mounted) execFileSync("umount", [folder])
  rmSync(folder, { recursive: true })
  return mounted
}

const skip = canMount() ? false : "needs the right to mount a small disk"

/** Writes until nothing more goes in. */
function fillUp(file: string): void {
  for (const size of [1 << 20, 4096]) {
    try {
      for (;;) writeFileSync(file, new Uint8Array(size), { flag: "a" })
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC")
    }
  }
}

for (const runtime of ["deno", "bun"] as const) {
  describe(`a node on ${runtime} whose disk is full`, { skip }, () => {
    it("refuses, reads on, and takes messages again when there is room", async () => {
      const disk = mkdtempSync(join(tmpdir(), "wafer-disk-"))
      assert.ok(mount(disk))
      try {
        const data = join(disk, "data")
        const filler = join(disk, "filler")
        const args = ["--limits", "off", "--log-level", "error"]
        await using node = await startNode(runtime, { data, args })
        const post = (path: string, body: unknown, url = node.url): Promise<Response> =>
          fetch(url + path, {
            method: "POST",
            headers: { authorization },
            body: JSON.stringify(body),
          })
        let acknowledged = 0
        /** Publishes one more, and resolves with the gRPC code of the answer, 0 when it is stored. */
        const publish = async (): Promise<number> => {
          const message = btoa(String(acknowledged).padEnd(20_000, "x"))
          const envelope = { contentTopic, timestampNs: String(acknowledged + 1), message }
          const answer = await post("/message/v1/publish", { envelopes: [envelope] })
          const { code = 0 } = await answer.json()
          assert.equal(answer.status, code === 0 ? 200 : 500)
          if (code === 0) acknowledged++
          return code
        }
        const stored = async (url?: string): Promise<number> => {
          const paging = { limit: 100, direction: "SORT_DIRECTION_ASCENDING" }
          let count = 0
          for (let cursor: unknown = null;;) {
            const query = { contentTopics: [contentTopic], pagingInfo: { ...paging, cursor } }
            const page = await (await post("/message/v1/query", query, url)).json()
            count += page.envelopes.length
            cursor = page.pagingInfo.cursor
            if (!cursor || page.envelopes.length === 0) return count
          }
        }

        for (let i = 0; i < 5; i++) assert.equal(await publish(), 0)
        fillUp(filler)
        const internal = 13
        let code = 0
        for (let i = 0; i < 400 && code === 0; i++) code = await publish()
        assert.equal(code, internal)
        assert.equal((await fetch(`${node.url}/readyz`)).status, 503)
        assert.equal(await stored(), acknowledged)
        assert.match(await (await fetch(`${node.url}/status.json`)).text(), /the disk is full/)
        assert.match(
          await (await fetch(`${node.url}/metrics`)).text(),
          /^wafer_commit_failures_total [1-9]/m,
        )

        rmSync(filler)
        await until(async () => await publish() === 0)
        assert.equal(await stored(), acknowledged)
        assert.equal(await node.stop(), 0)
        await using again = await startNode(runtime, { data, args })
        assert.equal(await stored(again.url), acknowledged)
        assert.equal(await again.stop(), 0)
      } finally {
        execFileSync("umount", ["-l", disk])
        rmSync(disk, { recursive: true, force: true })
      }
    })
  })
}
