// What the benchmarks say about numbers: which ratios fell, and that the page leaves none out.
import assert from "node:assert/strict"
import { test } from "node:test"
import { regressions } from "../bench/check.ts"
import { measure } from "../bench/contest.ts"
import { report } from "../bench/report.ts"
import { committed, readResults, type Report } from "../bench/results.ts"

const machine = { runtime: "node 24", processor: "2 x made", platform: "linux x64", date: "2026" }

const timed = (ours: number, theirs: number): Report => ({
  unit: "microseconds for one call",
  machine,
  versions: { rival: "1.0.0" },
  results: [{
    name: "seal <1 & 2>",
    results: [
      { rival: "wafer", medianUs: ours, minimumUs: ours },
      { rival: "wafer, into", medianUs: 1, minimumUs: 1 },
      { rival: "rival", medianUs: theirs, minimumUs: theirs },
    ],
  }],
})
const sized = (ours: number, theirs: number): Report => ({
  unit: "bytes",
  machine,
  results: [{
    name: "a page",
    results: [["wafer", ours], ["rival", theirs]].map(([rival, bytes]) => ({
      rival: rival as string,
      bytes: 4 * (bytes as number),
      gzip: bytes as number,
      brotli: bytes as number,
    })),
  }],
})

test("a ratio that fell by more than a fifth is told, and a slower machine is not", () => {
  const before = new Map([["seal-node", timed(10, 100)], ["size", sized(10, 20)]])
  const told = (after: Map<string, Report>) => regressions(before, after)
  assert.deepEqual(told(new Map([["seal-node", timed(30, 300)], ["size", sized(11, 20)]])), [])
  assert.deepEqual(told(new Map([["seal-node", timed(12, 100)]])), [])
  assert.deepEqual(told(new Map([["seal-node", timed(13, 100)]])), [
    "seal-node: seal <1 & 2>, beside rival: 7.69x, was 10.00x",
  ])
  assert.deepEqual(told(new Map([["size", sized(13, 20)]])), [
    "size: a page, beside rival: 1.54x, was 2.00x",
  ])
  assert.deepEqual(told(new Map([["unknown-node", timed(99, 1)]])), [])
})

test("rivals take turns, and each one's median lies between its quartiles", async () => {
  const turns: string[] = []
  const rival = (name: string) => ({ name, run: () => Promise.resolve(turns.push(name)) })
  const { results } = await measure(
    { name: "turns", rivals: [rival("a"), rival("b")] },
    { rounds: 5, roundMs: 1 },
  )
  assert.deepEqual(results.map(({ rival }) => rival), ["a", "b"])
  for (const { medianUs, minimumUs, quartilesUs } of results) {
    assert.ok(minimumUs > 0 && minimumUs <= quartilesUs![0])
    assert.ok(quartilesUs![0] <= medianUs && medianUs <= quartilesUs![1])
  }
  // Once warm: every round of one is followed by a round of the other.
  const runs = turns.join("").replace(/(.)\1+/g, "$1")
  assert.ok(runs.endsWith("ab".repeat(5)), runs)
})

test("the page shows every contest and escapes what it shows", () => {
  const page = report(new Map([["history-node", timed(10, 8)], ["size", sized(10, 20)]]))
  assert.match(page, /seal &lt;1 &amp; 2&gt;/)
  assert.doesNotMatch(page, /seal <1/)
  assert.match(page, /0\.8×/)
  assert.match(page, /Where a rival is ahead: 1/)
  assert.match(page, /Node/)
  assert.match(page, /rival 1\.0\.0/)
})

test("the committed page needs nothing else", async () => {
  const page = report(await readResults(committed))
  assert.doesNotMatch(page, /<script|<link|src=|@import|url\(/)
})
