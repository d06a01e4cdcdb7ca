// Writers, followers and sudden deaths at the same time, and afterwards the books are compared: what
// was acknowledged is in the log once, and every follower has seen the log from its first cursor on,
// in order, without gap or duplicate. SOAK_SECONDS lets it run for longer than a test should.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { describe, it } from "node:test"
import { type NodeProcess, type Runtime, startNode, until } from "../processes.ts"
import {
  checkHistory,
  type Mortal,
  pause,
  read,
  readLog,
  shownOf,
  topics,
  type View,
  write,
} from "./history.ts"

const seconds = Number(process.env.SOAK_SECONDS ?? 4)

for (const runtime of ["deno", "bun"] as Runtime[]) {
  describe(`the history of a node on ${runtime}`, () => {
    it("is one and the same for writers, followers and the log, over any number of deaths", async () => {
      const data = mkdtempSync(join(tmpdir(), "wafer-history-"))
      const start = (): Promise<NodeProcess> =>
        startNode(runtime, { data, args: ["--limits", "off", "--log-level", "error"] })
      let running = await start()
      const node: Mortal = { url: running.url, over: false }
      const acknowledged: string[] = []
      const sent = new Set<string>()
      try {
        const writers = [1, 2, 3, 4].map((writer) => write(node, writer, acknowledged, sent))
        const views = [[], [], [topics[0]!], topics.slice(1)].map((wanted): View => ({
          wanted,
          seen: [],
        }))
        let done = false
        const readers = views.map(({ wanted, seen }) => read(node, wanted, seen, () => done))

        const end = performance.now() + seconds * 1000
        while (performance.now() < end || acknowledged.length <= 50) {
          await pause(300 + Math.random() * 900)
          await running.kill()
          running = await start()
          node.url = running.url
        }
        await pause(300)
        node.over = true
        await Promise.all(writers)

        const log = await readLog(node.url)
        await until(
          () => views.every((view) => view.seen.length >= shownOf(log, view).length),
          60_000,
        )
        done = true
        await Promise.all(readers)

        checkHistory({ log, acknowledged, sent, views })
        assert.equal(await running.stop(), 0)
      } finally {
        node.over = true
        await running[Symbol.asyncDispose]()
        rmSync(data, { recursive: true, force: true })
      }
    })
  })
}
