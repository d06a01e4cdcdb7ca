// Wycheproof's AES-GCM, HKDF and HMAC files. Of AES-GCM this package has one kind: a key of 256 bits, a
// nonce of 96 and a tag of 128. All others it must refuse by their lengths.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex } from "../tests/vectors.ts"
import { wycheproof, wycheproofAbsent, type WycheproofGroup } from "../tests/wycheproof.ts"
import { aes256gcm, hkdfSha256, hmacSha256 } from "./mod.ts"
import { fails, onEachBuild } from "./testing.ts"

function withFile(name: string, run: (groups: WycheproofGroup[]) => void): void {
  const groups = wycheproof(name)
  if (groups === undefined) test(`wycheproof ${name}`, { skip: wycheproofAbsent }, () => {})
  else onEachBuild(`wycheproof ${name}`, () => run(groups))
}

withFile("aes_gcm_test", (groups) => {
  let [valid, invalid, refused] = [0, 0, 0]
  for (const { keySize, ivSize, tests } of groups) {
    for (const { key, iv, aad, msg, ct, tag, result, tcId } of tests) {
      const [k, n, a] = [fromHex(key), fromHex(iv), fromHex(aad)]
      const decrypt = () => aes256gcm.decrypt(k, n, fromHex(ct + tag), a)
      if (keySize !== 256 || ivSize !== 96) {
        assert.throws(decrypt, fails("invalid-argument"), `test ${tcId}`)
        assert.throws(() => aes256gcm.encrypt(k, n, fromHex(msg), a), fails("invalid-argument"))
        refused++
      } else if (result === "valid") {
        assert.equal(toHex(aes256gcm.encrypt(k, n, fromHex(msg), a)), ct + tag, `test ${tcId}`)
        assert.equal(toHex(decrypt()), msg, `test ${tcId}`)
        valid++
      } else {
        assert.throws(decrypt, fails("authentication-failed"), `test ${tcId}`)
        invalid++
      }
    }
  }
  assert.deepEqual({ ours: valid + invalid, all: valid + invalid + refused }, {
    ours: 66,
    all: 316,
  })
  assert.ok(invalid > 0)
})

withFile("hkdf_sha256_test", (groups) => {
  let run = 0
  for (const { ikm, salt, info, size, okm, result, tcId } of groups.flatMap((g) => g.tests)) {
    const derive = () => hkdfSha256(fromHex(ikm), fromHex(salt), fromHex(info), size)
    if (result === "valid") assert.equal(toHex(derive()), okm, `test ${tcId}`)
    else assert.throws(derive, fails("invalid-argument"), `test ${tcId}`)
    run++
  }
  assert.equal(run, 86)
})

withFile("hmac_sha256_test", (groups) => {
  let run = 0
  for (const { tagSize, tests } of groups) {
    for (const { key, msg, tag, result, tcId } of tests) {
      const code = toHex(hmacSha256(fromHex(key), fromHex(msg))).slice(0, tagSize / 4)
      assert.equal(code === tag, result === "valid", `test ${tcId}`)
      run++
    }
  }
  assert.equal(run, 174)
})
