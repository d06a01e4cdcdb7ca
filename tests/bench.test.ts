// What the benchmarks say about numbers: where we fell behind, and that the page leaves none out.
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, test } from "node:test"
import { falls, told } from "../bench/check.ts"
import { measure } from "../bench/contest.ts"
import { report } from "../bench/report.ts"
import { committed, readResults, type Report } from "../bench/results.ts"
import { sizes } from "../bench/size/bundles.ts"

const machine = { runtime: "node 24", processor: "2 x made", platform: "linux x64", date: "2026" }

/** What "wafer" and its rivals take, at the least and three times that in the median. */
const timed = (ours: number, theirs: Record<string, number>): Report => ({
  unit: "microseconds for one call",
  machine,
  versions: { rival: "1.0.0" },
  results: [{
    name: "seal <1 & 2>",
    results: Object.entries({ "wafer": ours, "wafer, into": 1, ...theirs }).map(
      ([rival, minimumUs]) => ({ rival, minimumUs, medianUs: 3 * minimumUs }),
    ),
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

describe("the check tells", () => {
  const before = new Map([
    ["seal-node", timed(10, { fast: 20, slow: 100 })],
    ["size", sized(10, 20)],
  ])
  /** What is told of runs in which "seal" took so long. */
  const of = (...runs: [ours: number, theirs: Record<string, number>][]) =>
    falls(before, runs.map(([ours, theirs]) => new Map([["seal-node", timed(ours, theirs)]])))
      .map(told)

  test("a fall of more than a fifth beside all rivals, with the one beside whom it is least", () => {
    assert.deepEqual(of([13, { fast: 20, slow: 101 }]), [
      "seal-node: seal <1 & 2>: 7.77x beside slow, was 10.00x",
    ])
  })
  test("no smaller fall, no slower machine, no gain", () => {
    assert.deepEqual(of([12, { fast: 20, slow: 100 }]), [])
    assert.deepEqual(of([30, { fast: 60, slow: 300 }]), [])
    assert.deepEqual(of([5, { fast: 20, slow: 100 }]), [])
  })
  test("nothing where only a rival's own time fell", () => {
    assert.deepEqual(of([10, { fast: 20, slow: 30 }]), [])
    assert.equal(of([10, { fast: 15, slow: 75 }]).length, 1)
  })
  test("nothing where one of several runs was as fast as ever", () => {
    assert.equal(of([20, { fast: 20, slow: 100 }], [19, { fast: 20, slow: 100 }]).length, 1)
    assert.deepEqual(of([20, { fast: 20, slow: 100 }], [10, { fast: 40, slow: 200 }]), [])
  })
  test("nothing of rivals, contests and files that are not in both", () => {
    assert.deepEqual(of([99, { other: 1 }]), [])
    assert.deepEqual(falls(before, [new Map([["open-node", timed(99, { fast: 1 })]])]), [])
    assert.deepEqual(falls(new Map(), [before]), [])
  })
  test("nothing by a clock that also counts what another process does", () => {
    const report = timed(99, { fast: 20, slow: 100 }) as Extract<Report, { unit: `micro${string}` }>
    const waiting = { ...report, results: report.results.map((r) => ({ ...r, waits: true })) }
    assert.equal(falls(before, [new Map([["seal-node", report]])]).length, 1)
    assert.deepEqual(falls(before, [new Map([["seal-node", waiting]])]), [])
  })
  test("sizes as they are", () => {
    const fallen = (ours: number) => falls(before, [new Map([["size", sized(ours, 20)]])])
    assert.deepEqual(fallen(12), [])
    assert.deepEqual(fallen(13).map(told), ["size: a page: 1.54x beside rival, was 2.00x"])
  })
})

test("what a page downloads has not fallen behind the committed record", async () => {
  const now = new Map([["size", await sizes()]])
  assert.deepEqual(falls(await readResults(committed), [now]).map(told), [])
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
  const page = report(
    new Map([["history-node", timed(10, { rival: 8 })], ["size", sized(10, 20)]]),
  )
  assert.match(page, /seal &lt;1 &amp; 2&gt;/)
  assert.doesNotMatch(page, /seal <1/)
  assert.match(page, /0\.8×/)
  assert.match(page, /Where a rival is ahead: 1/)
  assert.match(page, /Node/)
  assert.match(page, /rival 1\.0\.0/)
})

test("the page says above all where a rival is ahead, in times and in sizes", () => {
  const shown = (ours: number, theirs: number) =>
    report(
      new Map([["send-node", timed(ours, { rival: theirs })], ["size", sized(ours, theirs)]]),
    ).replace(/<[^>]*>/g, "")
  assert.match(shown(10, 8), /a rival is ahead: Sending: 1 of 1\s+What a page downloads: 1 of 1/)
  assert.match(shown(8, 10), /a rival is ahead: none/)
})

test("numbers without a rival come with their units", () => {
  const results = { gossip: { perSecond: 5, p50Ms: 1.5, upBytes: 1500, cpuUs: 20, rounds: 3 } }
  const page = report(new Map([["network-bun", { machine, results }]]))
  for (const words of ["5/s", "p50 1.5 ms", "up 1.5 kB", "cpu 20 µs", "rounds 3"]) {
    assert.ok(page.includes(`>${words}<`), words)
  }
})

test("the committed page tells the committed results, and needs nothing else", async () => {
  const page = await readFile(join(committed, "report.html"), "utf8")
  assert.ok(page === report(await readResults(committed)), "run `deno task bench --report`")
  assert.doesNotMatch(page, /<script|<link|src=|@import|url\(/)
})
