import { secp256k1 } from "@wafer/crypto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { fromHex, toHex, vectors } from "../../tests/vectors.ts"
import { WaferError } from "../error.ts"
import {
  personalDigest,
  privateKeySigner,
  recoverSigner,
  type Signer,
  walletOf,
  walletSignature,
} from "./signer.ts"

for (const { id, input, output } of vectors("primitives", "eip191")) {
  test(`${id}: signs and recovers a text`, async () => {
    assert.equal(toHex(personalDigest(input.message)), output.digest)
    const wallet = await walletOf(privateKeySigner(fromHex(input.walletPrivateKey)))
    const bytes = await wallet.sign(input.message)
    assert.equal(toHex(bytes), output.signature65)
    const signature = walletSignature(bytes)
    assert.equal(toHex(signature.bytes), output.compact)
    assert.equal(signature.recovery, output.recovery)
    assert.equal(wallet.address, output.address)
    assert.equal(recoverSigner(input.message, signature), output.address)
  })
}

const account = privateKeySigner(fromHex("01".repeat(32)))
const address = await account.getAddress()

const shapes: Record<string, Signer> = {
  "ethers": { getAddress: () => Promise.resolve(address), signMessage: account.signMessage },
  "a viem account": {
    address,
    signMessage: ({ message }: { message: string }) => account.signMessage(message),
  },
  "a viem wallet client": {
    account: { address },
    // deno-lint-ignore no-explicit-any -- as in viem
    signMessage: ({ message, account: from }: any) => {
      assert.equal(from.address, address)
      return account.signMessage(message)
    },
  },
}

for (const [name, signer] of Object.entries(shapes)) {
  test(`${name} fits as it is`, async () => {
    const wallet = await walletOf(signer)
    assert.equal(wallet.address, address)
    assert.equal(recoverSigner("gm", walletSignature(await wallet.sign("gm"))), address)
  })
}

test("v may be 0 and 1, or 27 and 28", () => {
  const bytes = new Uint8Array(65)
  const recoveryOf = (v: number) => walletSignature(bytes.with(64, v)).recovery
  assert.deepEqual([0, 1, 27, 28].map(recoveryOf), [0, 1, 0, 1])
})

test("a wallet that refuses, or signs as a contract does, is a wallet error", async () => {
  const silent = await walletOf({ address, signMessage: () => Promise.resolve(undefined as never) })
  const refusing = await walletOf({
    getAddress: () => address,
    signMessage: () => Promise.reject(new Error("user rejected")),
  })
  const contract = await walletOf({
    getAddress: () => address,
    signMessage: () => Promise.resolve(`0x${"00".repeat(97)}`),
  })
  for (const wallet of [silent, refusing, contract]) {
    await assert.rejects(
      wallet.sign("gm"),
      (e: unknown) => e instanceof WaferError && e.code === "wallet",
    )
  }
})

test("a wallet may write the greater of both S, as ecrecover reads it", async () => {
  const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const wallet = await walletOf(privateKeySigner(new Uint8Array(32).fill(5)))
  const { by, bytes, recovery } = walletSignature(await wallet.sign("gm"))
  const s = n - BigInt(`0x${toHex(bytes.subarray(32))}`)
  const high = fromHex(toHex(bytes.subarray(0, 32)) + s.toString(16).padStart(64, "0"))
  assert.equal(recoverSigner("gm", { by, bytes: high, recovery: 1 - recovery }), wallet.address)
})

test("zero is no private key", () => {
  assert.throws(() => privateKeySigner(new Uint8Array(32)), WaferError)
  assert.equal(secp256k1.isValidSecretKey(new Uint8Array(32)), false)
})
