// node:assert/strict for a page, from the npm package of the same code.
import assert from "assert"

const strict = assert.strict
export default strict
export const {
  deepEqual,
  doesNotReject,
  doesNotThrow,
  equal,
  fail,
  match,
  notDeepEqual,
  notEqual,
  ok,
  rejects,
  throws,
} = strict
