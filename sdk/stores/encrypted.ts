import { create, toBinary } from "@bufbuild/protobuf"
import { sha256 } from "@wafer/crypto"
import { SignedEciesCiphertextSchema } from "@wafer/proto"
import { decryptEcies, encryptEcies } from "../protocol/ecies.ts"
import { WaferError } from "../error.ts"
import { readSignature, signDigest, verifyDigest, writeSignature } from "../protocol/signature.ts"
import type { Store } from "./store.ts"
import { decodeProto } from "../protocol/wire.ts"
import { inOrder } from "./in-order.ts"

/**
 * A store whose values only `identityKey` can read or write, in the official client's form: sealed to
 * the key and signed by it. Key names, sizes and the moment of a change stay visible, and whoever can
 * write to `store` can put an old value back.
 *
 * `get` throws `forged` for what another key wrote, `undecryptable` and `malformed` for damage.
 * Closing it closes `store`.
 */
export function encrypted(store: Store, identityKey: EncryptionKey): Store {
  const { secret, publicKey: { point } } = identityKey
  const ordered = inOrder()

  async function seal(plaintext: Uint8Array): Promise<Uint8Array> {
    const eciesBytes = await encryptEcies(point, plaintext)
    const signature = writeSignature(signDigest(sha256(eciesBytes), secret))
    const signed = create(SignedEciesCiphertextSchema, { eciesBytes, signature })
    return toBinary(SignedEciesCiphertextSchema, signed)
  }

  return {
    async get(key) {
      const stored = await store.get(key)
      if (stored === undefined) return undefined
      const { eciesBytes, signature } = decodeProto(SignedEciesCiphertextSchema, stored, key)
      if (!verifyDigest(readSignature(signature), sha256(eciesBytes), point)) {
        throw new WaferError("forged", `the value of ${key} was not written with this key`)
      }
      return decryptEcies(secret, eciesBytes)
    },
    set(key, value) {
      const copy = value.slice()
      return ordered(async () => store.set(key, await seal(copy)))
    },
    delete: (key) => ordered(() => store.delete(key)),
    keys: (prefix) => store.keys(prefix),
    lock: (name, work) => store.lock(name, work),
    close: () => ordered(() => store.close()),
  }
}

/** What is needed of an identity key: a `PrivateKey` has it. */
export interface EncryptionKey {
  /** 32 bytes. */
  readonly secret: Uint8Array
  /** Its public key: 65 bytes, uncompressed. */
  readonly publicKey: { readonly point: Uint8Array }
}
