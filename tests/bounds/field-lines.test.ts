// Follows the reduction of a product in assembly/product.ts line by line with intervals in the place of limbs:
// no column wraps and every result has magnitude 1, for all operands that the rules of field.ts allow.
import assert from "node:assert/strict"
import { test } from "node:test"
import { sourceOf } from "./assembly.ts"

/** [least, greatest]. */
type Interval = readonly [bigint, bigint]

/** The value of an expression of `+ - * & >> <<` over intervals; `&` masks, and shifts are by constants. */
function evaluate(expression: string, variables: ReadonlyMap<string, Interval>): Interval {
  const tokens = expression.match(/>>|<<|[()+*&-]|\w+/g)!
  const checked = (value: Interval): Interval => {
    assert.ok(-(2n ** 63n) <= value[0] && value[1] < 2n ** 63n, `${expression} may pass 2^63`)
    return value
  }
  const primary = (): Interval => {
    const token = tokens.shift()!
    if (token === "(") {
      const value = whole()
      assert.equal(tokens.shift(), ")")
      return value
    }
    if (/^\d/.test(token)) return [BigInt(token), BigInt(token)]
    const value = variables.get(token)
    assert.ok(value !== undefined, `${token} is unknown`)
    return value
  }
  const term = (): Interval => {
    let value = primary()
    while (tokens[0] === "*") {
      tokens.shift()
      const other = primary()
      const ends = value.flatMap((a) => other.map((b) => a * b)).sort((a, b) => a < b ? -1 : 1)
      value = checked([ends[0]!, ends[3]!])
    }
    return value
  }
  const sum = (): Interval => {
    let value = term()
    while (tokens[0] === "+" || tokens[0] === "-") {
      const plus = tokens.shift() === "+"
      const other = term()
      value = checked(
        plus
          ? [value[0] + other[0], value[1] + other[1]]
          : [value[0] - other[1], value[1] - other[0]],
      )
    }
    return value
  }
  const whole = (): Interval => {
    const value = sum()
    const operator = tokens[0]
    if (operator !== "&" && operator !== ">>" && operator !== "<<") return value
    tokens.shift()
    const [by] = sum()
    if (operator === "&") return value[0] >= 0n && value[1] <= by ? value : [0n, by]
    if (operator === ">>") return [value[0] >> by, value[1] >> by]
    return checked([value[0] << by, value[1] << by])
  }
  const value = whole()
  assert.equal(tokens.length, 0, `${expression} is not understood from ${tokens[0]} on`)
  return value
}

test("bounds of the reduction, line by line of its source", () => {
  const source = sourceOf("product")
  const body = source.slice(
    source.indexOf("  const h9"),
    source.indexOf("export function wipeProduct"),
  )
  const limb = 2n ** 28n + 2n ** 21n
  const top = 2n ** 24n
  const variables = new Map<string, Interval>([
    ["M", [2n ** 29n - 1n, 2n ** 29n - 1n]],
    ["M24", [2n ** 24n - 1n, 2n ** 24n - 1n]],
    ["HALF", [2n ** 28n, 2n ** 28n]],
    ["HALF24", [2n ** 23n, 2n ** 23n]],
    ["FOLD", [977n << 5n, 977n << 5n]],
  ])
  for (const name of ["M", "M24", "HALF", "HALF24", "FOLD"]) {
    const [, text] = source.match(new RegExp(`const ${name}: i64 = (.*)`))!
    assert.equal(BigInt(new Function(`return ${text}`)()), variables.get(name)![0])
  }
  // Column k has a term for each pair of limbs i + j = k, and the two magnitudes multiply to 13.
  for (let k = 0; k <= 16; k++) {
    let most = 0n
    for (let i = Math.max(0, k - 8); i <= Math.min(8, k); i++) {
      most += 13n * (i === 8 ? top : limb) * (k - i === 8 ? top : limb)
    }
    variables.set(`c${k}`, [-most, most])
  }
  const stored = new Set<number>()
  for (const line of body.split("\n").map((line) => line.trim()).filter((line) => line !== "")) {
    const [, name, value] = line.match(/^const (\w+) = (.*)$/) ?? []
    if (name !== undefined) {
      variables.set(name, evaluate(value!, variables))
      continue
    }
    const [, result, offset] = line.match(/^store<i32>\(r, \((.*)\) as i32, (\d+)\)$/) ?? []
    if (result === undefined) {
      assert.equal(line, "}")
      continue
    }
    const k = Number(offset) / 4
    const [least, greatest] = evaluate(result, variables)
    const bound = k === 8 ? top : limb
    assert.ok(-bound <= least && greatest <= bound, `limb ${k} may be ${least} or ${greatest}`)
    stored.add(k)
  }
  assert.equal(stored.size, 9)
})
