import assert from "node:assert/strict"
import { test } from "node:test"
import { aes256gcm, hkdfSha256, hmacSha256, open, openInto, seal, sealInto, sha256 } from "./mod.ts"
import { bytesOf, fails } from "./testing.ts"

test("wrong arguments are named, never answered", () => {
  const [key, nonce, data] = [bytesOf(32), bytesOf(12), bytesOf(20)] as const
  const lengths: [string, (bytes: Uint8Array) => unknown, number[]][] = [
    ["key", (bytes) => aes256gcm.encrypt(bytes, nonce, data), [0, 16, 24, 31, 33, 64]],
    ["key", (bytes) => aes256gcm.decrypt(bytes, nonce, data), [0, 16, 24, 31, 33, 64]],
    ["nonce", (bytes) => aes256gcm.encrypt(key, bytes, data), [0, 8, 11, 13, 16]],
    ["nonce", (bytes) => aes256gcm.decrypt(key, bytes, data), [0, 8, 11, 13, 16]],
    ["nonce", (bytes) => seal(key, key, bytes, data), [0, 11, 13]],
    ["nonce", (bytes) => open(key, key, bytes, data), [0, 11, 13]],
    ["ciphertext", (bytes) => aes256gcm.decrypt(key, nonce, bytes), [0, 1, 15]],
    ["payload", (bytes) => open(key, key, nonce, bytes), [0, 1, 15]],
    ["out", (bytes) => sealInto(bytes, key, key, nonce, data), [0, 20, 35, 37]],
    ["out", (bytes) => openInto(bytes, key, key, nonce, data), [0, 3, 5, 20]],
    ["out", (bytes) => aes256gcm.encryptInto(bytes, key, nonce, data), [0, 20, 35, 37]],
    ["out", (bytes) => aes256gcm.decryptInto(bytes, key, nonce, data), [0, 3, 5, 20]],
  ]
  for (const [name, run, wrong] of lengths) {
    for (const length of wrong) {
      assert.throws(() => run(new Uint8Array(length)), (error) => {
        return fails("invalid-argument")(error) && (error as Error).message.includes(`"${name}"`) &&
          (error as Error).message.includes(`length=${length}`)
      })
    }
  }
  for (const length of [-1, 8161, 1.5, NaN, Infinity, "32"] as number[]) {
    assert.throws(() => hkdfSha256(key, key, key, length), fails("invalid-argument"))
  }
  const noBytes = [
    undefined,
    null,
    "abc",
    32,
    [1, 2, 3],
    new ArrayBuffer(32),
    new DataView(key.buffer),
  ]
    .concat([new Uint16Array(16), { length: 32 }] as never[]) as unknown as Uint8Array[]
  const calls: ((bad: Uint8Array) => unknown)[] = [
    (bad) => sha256(bad),
    (bad) => hmacSha256(bad, data),
    (bad) => hmacSha256(key, bad),
    (bad) => hkdfSha256(bad, key, key, 32),
    (bad) => hkdfSha256(key, bad, key, 32),
    (bad) => hkdfSha256(key, key, bad, 32),
    (bad) => aes256gcm.encrypt(bad, nonce, data),
    (bad) => aes256gcm.encrypt(key, bad, data),
    (bad) => aes256gcm.encrypt(key, nonce, bad),
    (bad) => bad === undefined ? sha256(bad) : aes256gcm.encrypt(key, nonce, data, bad),
    (bad) => aes256gcm.decrypt(bad, nonce, data),
    (bad) => aes256gcm.decrypt(key, bad, data),
    (bad) => aes256gcm.decrypt(key, nonce, bad),
    (bad) => aes256gcm.encryptInto(bad, key, nonce, data),
    (bad) => aes256gcm.decryptInto(bad, key, nonce, data),
    (bad) => seal(bad, key, nonce, data),
    (bad) => seal(key, bad, nonce, data),
    (bad) => seal(key, key, bad, data),
    (bad) => seal(key, key, nonce, bad),
    (bad) => open(bad, key, nonce, data),
    (bad) => open(key, bad, nonce, data),
    (bad) => open(key, key, bad, data),
    (bad) => open(key, key, nonce, bad),
    (bad) => sealInto(bad, key, key, nonce, data),
    (bad) => openInto(bad, key, key, nonce, data),
  ]
  for (const call of calls) {
    for (const bad of noBytes) assert.throws(() => call(bad), fails("invalid-argument"))
  }
})
