import {
  aes256gcm,
  hkdfSha256,
  hmacSha256,
  open,
  openInto,
  openLarge,
  seal,
  sealInto,
  sealLarge,
  sha256,
} from "@wafer/crypto"
import { gcm } from "@noble/ciphers/aes.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js"
import { createSHA256 } from "hash-wasm"
import type { Contest, Rival } from "../contest.ts"
import { nodeCrypto } from "./node-crypto.ts"

const random = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(length, at + 65536)))
  }
  return bytes
}
const hashWasm = await createSHA256()

const NOTHING = new Uint8Array(0)
const key = random(32)
const secret = random(32)
const salt = random(32)
const nonce = random(12)
const header = random(128)

const nameOf = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${bytes / 1024} KiB` : `${bytes / 1048576} MiB`

/** One call after the other, and sixteen at a time: WebCrypto can only be had asynchronously. */
function webCrypto(run: () => Promise<unknown>): Rival[] {
  const sixteen = Array.from({ length: 16 })
  return [
    { name: "WebCrypto", run },
    { name: "WebCrypto, 16 in flight", run: () => Promise.all(sixteen.map(run)), calls: 16 },
  ]
}

const ifNode = (run: (node: NonNullable<typeof nodeCrypto>) => () => unknown): Rival[] =>
  nodeCrypto === undefined ? [] : [{ name: "node:crypto", run: run(nodeCrypto) }]

/** The asynchronous form, which is there for attachments. */
const ifLarge = (bytes: number, run: () => Promise<unknown>): Rival[] =>
  bytes < 4096 ? [] : [{ name: "wafer, large", run }]

function gcmContests(bytes: number): Contest[] {
  const plaintext = random(bytes)
  const ciphertext = aes256gcm.encrypt(key, nonce, plaintext) as Uint8Array<ArrayBuffer>
  const encrypted = new Uint8Array(bytes + 16)
  const decrypted = new Uint8Array(bytes)
  const algorithm = { name: "AES-GCM", iv: nonce }
  // A fresh key for every call, as messaging has it.
  const webKey = () => crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"])
  return [{
    name: `AES-256-GCM encrypt, ${nameOf(bytes)}`,
    bytes,
    rivals: [
      { name: "wafer", run: () => aes256gcm.encrypt(key, nonce, plaintext) },
      { name: "wafer, into", run: () => aes256gcm.encryptInto(encrypted, key, nonce, plaintext) },
      { name: "noble", run: () => gcm(key, nonce).encrypt(plaintext) },
      ...ifNode((node) => () => node.encrypt(key, nonce, plaintext)),
      ...webCrypto(async () => crypto.subtle.encrypt(algorithm, await webKey(), plaintext)),
    ],
  }, {
    name: `AES-256-GCM decrypt, ${nameOf(bytes)}`,
    bytes,
    rivals: [
      { name: "wafer", run: () => aes256gcm.decrypt(key, nonce, ciphertext) },
      { name: "wafer, into", run: () => aes256gcm.decryptInto(decrypted, key, nonce, ciphertext) },
      { name: "noble", run: () => gcm(key, nonce).decrypt(ciphertext) },
      ...ifNode((node) => () => node.decrypt(key, nonce, ciphertext)),
      ...webCrypto(async () => crypto.subtle.decrypt(algorithm, await webKey(), ciphertext)),
    ],
  }]
}

function sealContests(bytes: number): Contest[] {
  const plaintext = random(bytes)
  const payload = seal(secret, salt, nonce, plaintext, header) as Uint8Array<ArrayBuffer>
  const sealed = new Uint8Array(bytes + 16)
  const opened = new Uint8Array(bytes)
  const derivation = { name: "HKDF", hash: "SHA-256", salt, info: NOTHING }
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: header }
  const webKey = async () =>
    crypto.subtle.deriveKey(
      derivation,
      await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]),
      { name: "AES-GCM", length: 256 },
      false,
      ["encrypt", "decrypt"],
    )
  const nobleKey = () => hkdf(nobleSha256, secret, salt, undefined, 32)
  return [{
    name: `seal (HKDF, AES-256-GCM), ${nameOf(bytes)}`,
    bytes,
    rivals: [
      { name: "wafer", run: () => seal(secret, salt, nonce, plaintext, header) },
      {
        name: "wafer, into",
        run: () => sealInto(sealed, secret, salt, nonce, plaintext, header),
      },
      ...ifLarge(bytes, () => sealLarge(secret, salt, nonce, plaintext, header)),
      { name: "noble", run: () => gcm(nobleKey(), nonce, header).encrypt(plaintext) },
      ...ifNode((node) => () =>
        node.encrypt(node.hkdf(secret, salt, NOTHING, 32), nonce, plaintext, header)
      ),
      ...webCrypto(async () => crypto.subtle.encrypt(algorithm, await webKey(), plaintext)),
    ],
  }, {
    name: `open (HKDF, AES-256-GCM), ${nameOf(bytes)}`,
    bytes,
    rivals: [
      { name: "wafer", run: () => open(secret, salt, nonce, payload, header) },
      { name: "wafer, into", run: () => openInto(opened, secret, salt, nonce, payload, header) },
      ...ifLarge(bytes, () => openLarge(secret, salt, nonce, payload, header)),
      { name: "noble", run: () => gcm(nobleKey(), nonce, header).decrypt(payload) },
      ...ifNode((node) => () =>
        node.decrypt(node.hkdf(secret, salt, NOTHING, 32), nonce, payload, header)
      ),
      ...webCrypto(async () => crypto.subtle.decrypt(algorithm, await webKey(), payload)),
    ],
  }]
}

function hashContest(bytes: number): Contest {
  const data = random(bytes)
  return {
    name: `SHA-256, ${nameOf(bytes)}`,
    bytes,
    rivals: [
      { name: "wafer", run: () => sha256(data) },
      { name: "noble", run: () => nobleSha256(data) },
      { name: "hash-wasm", run: () => hashWasm.init().update(data).digest("binary") },
      ...ifNode((node) => () => node.sha256(data)),
      ...webCrypto(() => crypto.subtle.digest("SHA-256", data)),
    ],
  }
}

const hmacContest: Contest = {
  name: "HMAC-SHA-256, 128 B",
  rivals: [
    { name: "wafer", run: () => hmacSha256(key, header) },
    { name: "noble", run: () => hmac(nobleSha256, key, header) },
    ...ifNode((node) => () => node.hmac(key, header)),
    ...webCrypto(async () => {
      const algorithm = { name: "HMAC", hash: "SHA-256" }
      const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"])
      return crypto.subtle.sign("HMAC", imported, header)
    }),
  ],
}

const hkdfContest: Contest = {
  name: "HKDF-SHA-256, 32 bytes of 32 with a salt of 32",
  rivals: [
    { name: "wafer", run: () => hkdfSha256(secret, salt, NOTHING, 32) },
    { name: "noble", run: () => hkdf(nobleSha256, secret, salt, undefined, 32) },
    ...ifNode((node) => () => node.hkdf(secret, salt, NOTHING, 32)),
    ...webCrypto(async () => {
      const imported = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"])
      const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: NOTHING }
      return crypto.subtle.deriveBits(algorithm, imported, 256)
    }),
  ],
}

export const symmetric: readonly Contest[] = [
  ...[64, 256, 512, 1024, 4096, 16384, 65536, 1048576].flatMap(sealContests),
  ...[64, 256, 1024, 4096, 32768, 1048576].flatMap(gcmContests),
  hkdfContest,
  hmacContest,
  ...[64, 1024, 65536].map(hashContest),
]
