import assert from "node:assert/strict"
import { test } from "node:test"
import { createBuckets } from "./bucket.ts"

test("a bucket gives its burst, then what flows in, to each name", () => {
  let now = 0
  const buckets = createBuckets({ perSecond: 10, burst: 20 }, () => now)
  assert.equal(buckets.take("a", 20), true)
  assert.equal(buckets.take("a", 1), false)
  assert.equal(buckets.take("b", 20), true)
  now = 100
  assert.equal(buckets.take("a", 1), true)
  assert.equal(buckets.take("a", 1), false)
  now = 1e9
  assert.equal(buckets.take("a", 21), false)
  assert.equal(buckets.take("a", 20), true)
})

test("a debt says how long it takes to pay", () => {
  let now = 0
  const buckets = createBuckets({ perSecond: 10, burst: 20 }, () => now)
  assert.equal(buckets.borrow("a", 20), 0)
  assert.equal(buckets.borrow("a", 5), 500)
  now = 500
  assert.equal(buckets.borrow("a", 1), 100)
})

test("memory does not grow with names", () => {
  const buckets = createBuckets({ perSecond: 1, burst: 1 }, () => 0)
  for (let i = 0; i < 30_000; i++) buckets.take(`name ${i}`, 1)
  // The last names are remembered, the first are not.
  assert.equal(buckets.take("name 29999", 1), false)
  assert.equal(buckets.take("name 0", 1), true)
})
