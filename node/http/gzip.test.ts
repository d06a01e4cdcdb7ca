import { Code, ConnectError } from "@connectrpc/connect"
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { gunzipSync, gzipSync } from "node:zlib"
import { gzip } from "./gzip.ts"

const message = Uint8Array.from({ length: 100_000 }, (_, i) => i * i >> 3)
const refused = (code: Code) => (error: unknown) =>
  error instanceof ConnectError && error.code === code

describe("gzip", () => {
  it("is that of others, both ways", async () => {
    assert.deepEqual(Uint8Array.from(gunzipSync(await gzip.compress(message))), message)
    assert.deepEqual(await gzip.decompress(Uint8Array.from(gzipSync(message)), 100_000), message)
    assert.equal((await gzip.decompress(new Uint8Array(), 9)).length, 0)
  })

  it("gives up what becomes too large, and what is none", async () => {
    const bomb = Uint8Array.from(gzipSync(new Uint8Array(50_000_000)))
    await assert.rejects(gzip.decompress(bomb, 100_000), refused(Code.ResourceExhausted))
    await assert.rejects(gzip.decompress(message, 1000), refused(Code.InvalidArgument))
  })
})
