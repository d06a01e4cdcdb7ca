import { maddIsFused } from "./fused.ts"
import { compile, fromHex, instantiate } from "./instance.ts"
import { hex as fusedHex } from "./wasm/secp256k1-fused.ts"
import { hex as scalarHex } from "./wasm/secp256k1.ts"

/** The exports of assembly/secp256k1.ts. Arguments are addresses, apart from the recovery id. */
export interface Curve {
  readonly memory: WebAssembly.Memory
  heap(): number
  getPublicKey(publicKey: number, key: number): number
  sharedPoint(shared: number, key: number, publicKey: number): number
  sign(signature: number, digest: number, key: number): number
  verify(signature: number, digest: number, publicKey: number): number
  preparedBytes(): number
  prepare(prepared: number, publicKey: number): number
  verifyPrepared(signature: number, digest: number, prepared: number): number
  recover(publicKey: number, signature: number, recovery: number, digest: number): number
  isSecretKey(key: number): number
  isPublicKey(publicKey: number): number
}

/** What a call came to; any other number says that a signature does not hold. */
export const DONE = 0
export const BAD_SECRET_KEY = 1
export const BAD_PUBLIC_KEY = 2

/**
 * Places for the result of a call and for its arguments, 80 bytes each. Behind them is the one for
 * a prepared public key.
 */
export const PLACE = 80
export const PLACES = 4

/** Memory to work in. */
export interface Workspace {
  readonly wasm: Curve
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where the places begin. */
  readonly start: number
}

/** Two builds of the module: with products of integers, and with fused multiply-adds. */
export type Build = "scalar" | "fused"

let workspace: Workspace | undefined

/** The module and its memory, compiled at the first use. */
export function enter(): Workspace {
  return workspace ??= preferred()
}

/** Changes the build, for tests; false if this engine cannot run it. */
export function choose(build: Build): boolean {
  const chosen = build === "fused" ? fused() : instance(scalarHex)
  if (chosen !== undefined) workspace = chosen
  return chosen !== undefined
}

/** The build for this engine, with a memory of its own. */
export function preferred(): Workspace {
  return fused() ?? instance(scalarHex)
}

function instance(hex: string): Workspace {
  const wasm = instantiate<Curve>(compile(hex))
  return { wasm, bytes: new Uint8Array(wasm.memory.buffer), start: wasm.heap() }
}

/** The fused build, if multiply-adds are fused here and a known product comes out right. */
function fused(): Workspace | undefined {
  if (!maddIsFused()) return undefined
  const candidate = instance(fusedHex)
  const { wasm, bytes, start } = candidate
  const [key, peer] = [start + PLACE, start + 2 * PLACE]
  bytes.fill(0xa5, key, key + 32)
  bytes.set(fromHex(GENERATOR), peer)
  const isRight = wasm.sharedPoint(start, key, peer) === DONE &&
    fromHex(KNOWN_PRODUCT).every((byte, i) => byte === bytes[start + i])
  bytes.fill(0, start, start + PLACE * PLACES)
  return isRight ? candidate : undefined
}

/** SEC 2 §2.4.1. */
const GENERATOR =
  "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
/** 0xa5a5...a5 times that. */
const KNOWN_PRODUCT =
  "04e8c20537e368bbc1f15b99159088c265444bb3365cbea99c16f94bfddc23aeeba460f617d577ff24534e2dd5e483de90eb7c29c51baa8c7110eebefdd9cd44b6"
