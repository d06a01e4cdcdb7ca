// A node that has said yes keeps its word, whenever the machine dies.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { type NodeProcess, startNode, until } from "../processes.ts"
import { account } from "./token.ts"

interface Sent {
  readonly contentTopic: string
  readonly timestampNs: string
  readonly message: string
}

const authorization = account(7).authorization()

async function post(url: string, path: string, body: unknown): Promise<Response> {
  const headers = { authorization, "content-type": "text/plain;charset=UTF-8" }
  return await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })
}

/** Publishes without pause until the node is gone, and notes what was acknowledged. */
async function publishUntilDeath(
  url: string,
  publisher: number,
  round: number,
  acknowledged: Sent[],
): Promise<void> {
  const contentTopic = `/xmtp/0/m-${publisher}/proto`
  for (let n = 0;; n++) {
    // Now and then one that needs chunks, so that death also finds those half written.
    const size = n % 10 === 9 ? 200_000 : 300
    const envelopes = Array.from({ length: 1 + n % 4 }, (_, i): Sent => ({
      contentTopic,
      timestampNs: String(round * 1_000_000 + n * 10 + i),
      message: btoa(`${publisher}/${round}/${n}/${i}`.padEnd(i === 0 ? size : 300, "x")),
    }))
    try {
      const response = await post(url, "/message/v1/publish", { envelopes })
      if (!response.ok) throw new Error(await response.text())
      await response.body?.cancel()
    } catch {
      return
    }
    acknowledged.push(...envelopes)
  }
}

async function readAll(url: string, contentTopic: string): Promise<Sent[]> {
  const all: Sent[] = []
  let cursor: unknown = null
  do {
    const pagingInfo = { direction: "SORT_DIRECTION_ASCENDING", limit: 100, cursor }
    const response = await post(url, "/message/v1/query", {
      contentTopics: [contentTopic],
      pagingInfo,
    })
    const page = await response.json()
    all.push(...page.envelopes)
    cursor = page.pagingInfo.cursor
  } while (cursor)
  return all
}

for (const runtime of ["deno", "bun"] as const) {
  describe(`a node on ${runtime}, killed amid a burst`, () => {
    it("has every envelope that it acknowledged, once, when it comes back", async () => {
      const data = mkdtempSync(join(tmpdir(), "wafer-kill-"))
      const acknowledged: Sent[] = []
      try {
        for (let round = 1; round <= 3; round++) {
          await using node: NodeProcess = await startNode(runtime, {
            data,
            args: ["--limits", "off"],
          })
          const survivors: Sent[] = []
          const publishers = Array.from(
            { length: 6 },
            (_, i) => publishUntilDeath(node.url, i, round, survivors),
          )
          // On a busy machine the burst takes its time.
          await until(() => survivors.length > 50 * round, 60_000)
          await node.kill()
          await Promise.all(publishers)
          acknowledged.push(...survivors)
        }
        await using node = await startNode(runtime, { data, args: ["--limits", "off"] })
        let stored = 0
        for (let publisher = 0; publisher < 6; publisher++) {
          const contentTopic = `/xmtp/0/m-${publisher}/proto`
          const found = await readAll(node.url, contentTopic)
          stored += found.length
          const keys = new Set(found.map((e) => `${e.timestampNs} ${e.message}`))
          assert.equal(keys.size, found.length, "an envelope is there twice")
          const lost = acknowledged.filter((e) =>
            e.contentTopic === contentTopic && !keys.has(`${e.timestampNs} ${e.message}`)
          )
          assert.deepEqual(lost.map((e) => e.timestampNs), [])
        }
        // The log and the topics tell of the same envelopes: no commit was torn.
        const metrics = await (await fetch(`${node.url}/metrics`)).text()
        assert.match(metrics, new RegExp(`^wafer_log_head ${stored}$`, "m"))
        assert.equal(await node.stop(), 0)
      } finally {
        rmSync(data, { recursive: true, force: true })
      }
    })
  })
}
