// After every call the module's memory is, byte for byte, what it was before the first: constants and zeros.
import assert from "node:assert/strict"
import { aes256gcm, hkdfSha256, hmacSha256, open, openInto, seal, sealInto, sha256 } from "./mod.ts"
import { enter, reserve } from "./symmetric.ts"
import { bytesOf, fails, onEachBuild } from "./testing.ts"

const [key, nonce, secret] = [bytesOf(32), bytesOf(12, 2), bytesOf(195, 3)]
const [salt, aad] = [bytesOf(100, 4), bytesOf(77, 5)]

/** What is in memory now. */
const memory = (): Uint8Array => reserve(0).bytes

onEachBuild("nothing of a call is left in memory", () => {
  const fresh = memory().slice()
  for (const length of [0, 1, 64, 100, 1000, 5000]) {
    const data = bytesOf(length, 3)
    const ciphertext = aes256gcm.encrypt(key, nonce, data, aad)
    const payload = seal(secret, salt, nonce, data, aad)
    const forged = payload.slice()
    forged[length]! ^= 1
    const out = new Uint8Array(length + 16)
    const calls: [string, () => unknown][] = [
      ["encrypt", () => aes256gcm.encrypt(key, nonce, data, aad)],
      ["decrypt", () => aes256gcm.decrypt(key, nonce, ciphertext, aad)],
      [
        "a decrypt that fails",
        () =>
          assert.throws(
            () => aes256gcm.decrypt(key, nonce, forged, aad),
            fails("authentication-failed"),
          ),
      ],
      ["seal", () => seal(secret, salt, nonce, data, aad)],
      ["open", () => open(secret, salt, nonce, payload, aad)],
      [
        "an open that fails",
        () =>
          assert.throws(() => open(secret, salt, nonce, forged), fails("authentication-failed")),
      ],
      ["sealInto", () => sealInto(out, secret, salt, nonce, data)],
      ["openInto", () => openInto(out.subarray(16), secret, salt, nonce, payload, aad)],
      ["sha256", () => sha256(data)],
      ["hmacSha256", () => hmacSha256(data, salt)],
      ["hkdfSha256", () => hkdfSha256(secret, data, aad, 100)],
    ]
    for (const [name, call] of calls) {
      call()
      assert.deepEqual(memory(), fresh, `${name} of ${length} bytes left something behind`)
    }
  }
})

onEachBuild("the memory that grew for a long message is wiped too", () => {
  const grown = enter()
  const before = grown.bytes.length
  aes256gcm.encrypt(key, nonce, bytesOf(300_000))
  const { bytes, start } = reserve(0)
  assert.ok(bytes.length > before)
  assert.ok(bytes.subarray(start).every((byte) => byte === 0))
})

onEachBuild("the look at memory sees what a kernel that is not cleaned up after leaves", () => {
  const { wasm, bytes, start } = enter()
  const fresh = bytes.slice()
  bytes.set(bytesOf(100), start)
  wasm.sha256(start, 100, start + 112)
  assert.notDeepEqual(bytes, fresh)
  wasm.wipe(start, 144)
  assert.deepEqual(bytes, fresh)
})

onEachBuild("what no memory can hold is refused, and the next call is served", () => {
  assert.throws(() => reserve(2 ** 33), fails("invalid-argument"))
  assert.deepEqual(open(secret, salt, nonce, seal(secret, salt, nonce, aad)), aad)
})
