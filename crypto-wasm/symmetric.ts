import { CryptoError } from "./error.ts"
import { compile, instantiate } from "./instance.ts"
import { hex as relaxed } from "./wasm/symmetric-relaxed.ts"
import { hex as baseline } from "./wasm/symmetric.ts"

/** The exports of assembly/symmetric.ts. All arguments are addresses and lengths. */
interface Symmetric {
  readonly memory: WebAssembly.Memory
  heap(): number
  wipe(at: number, length: number): void
  sha256(data: number, length: number, digest: number): void
  hmacSha256(key: number, keyLength: number, data: number, length: number, code: number): void
  hkdfSha256(
    ikm: number,
    ikmLength: number,
    salt: number,
    saltLength: number,
    info: number,
    infoLength: number,
    okm: number,
    length: number,
  ): void
  encrypt(key: number, nonce: number, aad: number, aadLength: number, length: number): void
  decrypt(key: number, nonce: number, aad: number, aadLength: number, length: number): number
  seal(
    secret: number,
    secretLength: number,
    salt: number,
    saltLength: number,
    nonce: number,
    aad: number,
    aadLength: number,
    length: number,
  ): void
  open(
    secret: number,
    secretLength: number,
    salt: number,
    saltLength: number,
    nonce: number,
    aad: number,
    aadLength: number,
    length: number,
  ): number
}

/** Memory to work in, for one call. */
export interface Workspace {
  readonly wasm: Symmetric
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The first address that is free, a multiple of 16. */
  readonly start: number
}

/** A memory that a long message has made larger than this is not kept after the call. */
const KEPT_BYTES = 4 << 20
const PAGE_BYTES = 65536

/** The two builds of the one source. Only the first asks for relaxed SIMD. */
export const builds = { relaxed, baseline } as const

let module: WebAssembly.Module | undefined
let workspace: Workspace | undefined

/** The build for this engine. */
export function preferred(): string {
  return hasRelaxedSimd() ? relaxed : baseline
}

/** Goes over to a build, at the first use to the one for this engine. The tests go over to each. */
export function enter(build?: string): Workspace {
  if (build !== undefined) module = compile(build)
  module ??= compile(preferred())
  return workspace = workspaceOf(instantiate<Symmetric>(module))
}

/** A workspace with `size` bytes of room. */
export function reserve(size: number): Workspace {
  const { wasm, bytes, start } = workspace ?? enter()
  const missing = start + size - bytes.length
  if (missing > 0) {
    try {
      wasm.memory.grow(Math.ceil(missing / PAGE_BYTES))
    } catch {
      throw new CryptoError("invalid-argument", `${size} bytes are more than memory can hold`)
    }
    workspace = workspaceOf(wasm)
  }
  return workspace!
}

/** Wipes what `reserve` gave. */
export function release({ wasm, bytes, start }: Workspace, size: number): void {
  wasm.wipe(start, size)
  if (bytes.length > KEPT_BYTES) workspace = undefined
}

/** The next multiple of 16. */
export function wholeBlocks(length: number): number {
  return Math.ceil(length / 16) * 16
}

function workspaceOf(wasm: Symmetric): Workspace {
  return { wasm, bytes: new Uint8Array(wasm.memory.buffer), start: wasm.heap() }
}

function hasRelaxedSimd(): boolean {
  // A module of one function, which is one i8x16.relaxed_swizzle.
  // deno-fmt-ignore
  return WebAssembly.validate(new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0,
    65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
  ]))
}
