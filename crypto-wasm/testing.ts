// What the tests share.
import fc from "fast-check"
import { test } from "node:test"
import { choose } from "./curve.ts"
import { CryptoError, type CryptoErrorCode } from "./error.ts"
import { builds, enter } from "./symmetric.ts"

/** Runs a test on both builds of the symmetric module, as far as this engine takes them. */
export function onEachBuild(title: string, run: () => void): void {
  for (const [name, build] of Object.entries(builds)) {
    test(`${title} (${name})`, (t) => {
      try {
        enter(build)
      } catch (error) {
        if (!(error instanceof WebAssembly.CompileError)) throw error
        return t.skip("this engine has no relaxed SIMD")
      }
      run()
    })
  }
}

/** The same on both builds of the curve. */
export function onEachCurve(title: string, run: () => void): void {
  for (const build of ["scalar", "fused"] as const) {
    test(`${title} (${build})`, (t) => {
      if (!choose(build)) return t.skip("multiply-adds are not fused here")
      run()
    })
  }
}

/** For `assert.throws`: whether an error is a CryptoError with this code. */
export function fails(code: CryptoErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof CryptoError && error.code === code
}

/** Bytes that look random and are the same each time. */
export function bytesOf(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let x = Math.imul(seed, 2654435761)
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    bytes[i] = x >>> 24
  }
  return bytes
}

/** Lengths around every edge of the kernels: blocks of 16 and 64, 62 and 64 blocks of keystream. */
export const edges: readonly number[] = [0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 55, 56, 63, 64]
  .concat([65, 79, 80, 81, 95, 96, 97, 111, 112, 113, 119, 120, 127, 128, 129, 159, 160, 223, 224])
  .concat([991, 992, 993, 1007, 1008, 1009, 1023, 1024, 1025, 2015, 2016, 2017, 2032, 4096, 5000])

export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(...edges).map((length) => bytesOf(length, length)),
)
export const bytes12: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 12, maxLength: 12 })
export const bytes32: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 32, maxLength: 32 })
