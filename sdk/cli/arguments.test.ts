import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { WaferError } from "../error.ts"
import { parseArguments, parseCount, parseMoment } from "./arguments.ts"

const known = { out: true, json: false }

test("words and options may stand in any order", () => {
  assert.deepEqual(parseArguments(["--json", "a", "--out", "-", "b", "--out=c=d"], known), {
    positionals: ["a", "b"],
    options: { json: "", out: "c=d" },
  })
  assert.deepEqual(parseArguments(["-", "-x", "--", "--json"], known), {
    positionals: ["-", "-x", "--json"],
    options: {},
  })
})

test("what is not understood is refused by name", () => {
  for (const words of [["--loud"], ["--json=yes"], ["--out"], ["--constructor"], ["--=x"]]) {
    const name = words[0]!.match(/^--([^=]*)/)![1]!
    assert.throws(() => parseArguments(words, known), (error: WaferError) => {
      return error.code === "invalid-argument" && error.message.includes(`--${name}`)
    })
  }
})

test("any words are taken apart or refused", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--", "--out", "--json", "--out=", "-"))
  fc.assert(fc.property(fc.array(word), (words) => {
    try {
      const { positionals } = parseArguments(words, known)
      for (const positional of positionals) assert.ok(words.includes(positional))
    } catch (error) {
      assert.ok(error instanceof WaferError)
    }
  }))
})

test("a moment is a date or an age", () => {
  const now = Date.UTC(2026, 0, 2)
  const ages = { "30s": 30_000, "15m": 900_000, "2h": 7_200_000, "1d": 86_400_000 }
  for (const [age, ms] of Object.entries(ages)) {
    assert.equal(parseMoment(age, now).getTime(), now - ms)
  }
  assert.equal(parseMoment("2026-01-01T00:00Z").getTime(), Date.UTC(2026, 0, 1))
  for (const text of ["", "yesterday", "2x", "-1h"]) {
    assert.throws(() => parseMoment(text), { code: "invalid-argument" })
  }
})

test("a count is a whole number", () => {
  assert.equal(parseCount("20"), 20)
  for (const text of ["", "-1", "1.5", "many"]) {
    assert.throws(() => parseCount(text), { code: "invalid-argument" })
  }
})
