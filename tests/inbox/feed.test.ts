// The list of messages: its rows, its heights against a model, its merging of news.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Message } from "../../inbox/model.ts"
import { merged } from "../../inbox/page/news.ts"
import { heights } from "../../inbox/view/conversation/heights.ts"
import { feedRows } from "../../inbox/view/conversation/rows.ts"

const minute = 60_000
const noon = new Date(2026, 10, 22, 12).getTime()

function message(part: Partial<Message>): Message {
  return {
    id: "x",
    conversation: "c",
    sender: part.mine ? "me" : "them",
    mine: false,
    at: noon,
    body: { kind: "text", text: "" },
    reactions: [],
    delivery: { state: "sent" },
    ...part,
  }
}

test("heights agree with a plain sum, in any order of measuring", () => {
  const measured = fc.array(fc.tuple(fc.nat(49), fc.integer({ min: 1, max: 300 })), {
    maxLength: 80,
  })
  fc.assert(fc.property(measured, fc.nat(20_000), (measurements, y) => {
    const keys = Array.from({ length: 50 }, (_, i) => `row ${i}`)
    const known = new Map<string, number>()
    const rows = heights(60)
    rows.follow(keys)
    for (const [i, height] of measurements) {
      rows.measure(keys[i]!, height)
      known.set(keys[i]!, height)
      rows.top(i)
    }
    const tops = [0]
    for (const key of keys) tops.push(tops.at(-1)! + (known.get(key) ?? 60))
    keys.forEach((_, i) => assert.equal(rows.top(i), tops[i]))
    assert.equal(rows.total(), tops.at(-1))
    assert.equal(rows.at(y), Math.min(49, tops.findLastIndex((top) => top <= y)))
  }))
})

test("rows keep their heights when older ones come before them", () => {
  const rows = heights(60)
  rows.follow(["b"])
  rows.measure("b", 100)
  rows.follow(["a", "b"])
  assert.equal(rows.top(1), 60)
  assert.equal(rows.total(), 160)
  assert.equal(rows.indexOf("b"), 1)
})

test("runs of one sender join, until a pause, a day or a rule parts them", () => {
  const rows = feedRows([
    message({ id: "1", at: noon }),
    message({ id: "2", at: noon + minute }),
    message({ id: "3", at: noon + 2 * minute, mine: true }),
    message({ id: "4", at: noon + 60 * minute, mine: true }),
    message({ id: "5", at: noon + 26 * 60 * minute, mine: true }),
  ], { newCount: 0 })
  assert.deepEqual(rows.map((row) => row.joinsBefore), [false, true, false, false, false])
  assert.deepEqual(rows.map((row) => row.day !== undefined), [true, false, false, false, true])
  assert.deepEqual(rows.map((row) => row.caption), [undefined, "time", "time", "time", "sent"])
})

test("the rule stands before the first unread message of somebody else", () => {
  const rows = feedRows([
    message({ id: "1", at: noon }),
    message({ id: "2", at: noon + minute, mine: true }),
    message({ id: "3", at: noon + 2 * minute }),
    message({ id: "4", at: noon + 3 * minute }),
  ], { newCount: 2, newFrom: noon + minute })
  assert.deepEqual(rows.map((row) => row.newCount), [undefined, undefined, 2, undefined])
})

test("only the newest message that was read says so", () => {
  const rows = feedRows([
    message({ id: "1", at: noon, mine: true }),
    message({ id: "2", at: noon + minute, mine: true }),
    message({ id: "3", at: noon + 3 * minute, mine: true }),
    message({ id: "4", at: noon + 4 * minute, mine: true, delivery: { state: "waiting" } }),
  ], { newCount: 0, readAt: noon + 2 * minute })
  assert.deepEqual(rows.map((row) => row.caption), [undefined, "read", "sent", "time"])
})

test("news keeps messages in order, once each, whatever comes first", () => {
  const ids = fc.uniqueArray(fc.nat(40), { minLength: 1 })
  fc.assert(fc.property(ids, ids, ids, (known, changed, removed) => {
    const make = (id: number) => message({ id: `${id}`, at: noon + id })
    const before = known.toSorted((a, b) => a - b).map(make)
    const after = merged(before, changed.map(make), removed.map(String), false)
    const expected = [...new Set([...known.filter((id) => !removed.includes(id)), ...changed])]
    // What is removed and changed at once was there before: it goes.
    const gone = new Set(known.filter((id) => removed.includes(id)))
    const kept = expected.filter((id) => !gone.has(id) || changed.includes(id))
    assert.deepEqual(after.map((one) => Number(one.id)), kept.toSorted((a, b) => a - b))
  }))
})

test("what was dated alike does not change places when something comes between", () => {
  // As the database reads it: its index is walked backwards, by time and then by id.
  const known = ["9", "8"].map((id) => message({ id, at: noon }))
  known.push(message({ id: "7", at: noon + 2 * minute }))
  const after = merged(known, [message({ id: "5", at: noon + minute })], [], false)
  assert.deepEqual(after.map((one) => one.id), ["9", "8", "5", "7"])
})

test("what is older than everything loaded waits until the reader gets there", () => {
  const known = [message({ id: "2", at: noon })]
  const older = message({ id: "1", at: noon - minute })
  assert.deepEqual(merged(known, [older], [], true), known)
  assert.equal(merged(known, [older], [], false).length, 2)
})
