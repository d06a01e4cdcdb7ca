/** What node:crypto can do of ours, or undefined in a browser. */
export interface NodeCrypto {
  sha256(data: Uint8Array): Uint8Array
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array
  hkdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array
  encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Uint8Array
  decrypt(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad?: Uint8Array): Uint8Array
}

export const nodeCrypto: NodeCrypto | undefined = typeof document === "undefined"
  ? adapt(await import("node:crypto"))
  : undefined

function adapt(node: typeof import("node:crypto")): NodeCrypto {
  return {
    sha256: (data) => node.createHash("sha256").update(data).digest(),
    hmac: (key, data) => node.createHmac("sha256", key).update(data).digest(),
    hkdf: (ikm, salt, info, length) =>
      new Uint8Array(node.hkdfSync("sha256", ikm, salt, info, length)),
    encrypt(key, nonce, plaintext, aad) {
      const cipher = node.createCipheriv("aes-256-gcm", key, nonce)
      if (aad !== undefined) cipher.setAAD(aad)
      const out = new Uint8Array(plaintext.length + 16)
      out.set(cipher.update(plaintext))
      cipher.final()
      out.set(cipher.getAuthTag(), plaintext.length)
      return out
    },
    decrypt(key, nonce, ciphertext, aad) {
      const end = ciphertext.length - 16
      const decipher = node.createDecipheriv("aes-256-gcm", key, nonce)
      if (aad !== undefined) decipher.setAAD(aad)
      decipher.setAuthTag(ciphertext.subarray(end))
      const plaintext = decipher.update(ciphertext.subarray(0, end))
      decipher.final()
      return plaintext
    },
  }
}
