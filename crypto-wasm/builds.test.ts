// Which builds an engine is given, by what it can do. Engines that can less are played by this one.
import assert from "node:assert/strict"
import { test } from "node:test"
import { preferred as preferredCurve } from "./curve.ts"
import { maddIsFused } from "./fused.ts"
import { fromHex } from "./instance.ts"
import { builds, preferred } from "./symmetric.ts"
import { hex as fusedHex } from "./wasm/secp256k1-fused.ts"

/** Runs on an engine that validates no more than plain SIMD. */
function withoutRelaxedSimd(run: () => void): void {
  const { validate } = WebAssembly
  WebAssembly.validate = () => false
  try {
    run()
  } finally {
    WebAssembly.validate = validate
  }
}

/** Runs on an engine whose instances export something else. */
function withExports(
  change: (exports: WebAssembly.Exports) => WebAssembly.Exports,
  run: () => void,
): void {
  const { Instance } = WebAssembly
  WebAssembly.Instance = class {
    readonly exports: WebAssembly.Exports
    constructor(module: WebAssembly.Module) {
      this.exports = change(new Instance(module).exports)
    }
  } as typeof Instance
  try {
    run()
  } finally {
    WebAssembly.Instance = Instance
  }
}

/** A verifier's table has pairs in the one build, and elements of nine limbs in the other. */
const curveIsFused = (): boolean => preferredCurve().wasm.preparedBytes() === 8 * 16 * 80

test("relaxed SIMD is used where the engine takes the whole module", () => {
  const taken = WebAssembly.validate(fromHex(builds.relaxed))
  assert.equal(preferred(), taken ? builds.relaxed : builds.baseline)
  withoutRelaxedSimd(() => assert.equal(preferred(), builds.baseline))
})

test("fused multiply-adds are used where they are fused", () => {
  assert.equal(curveIsFused(), maddIsFused())
  if (maddIsFused()) assert.ok(WebAssembly.validate(fromHex(fusedHex)))
  withoutRelaxedSimd(() => assert.equal(curveIsFused(), false))
})

test("an engine that rounds twice, or fails the known product, computes with integers", () => {
  withExports(
    (exports) => "f" in exports ? { f: () => 0 } : exports,
    () => assert.equal(curveIsFused(), false),
  )
  const wrong = ({ ...exports }: WebAssembly.Exports): WebAssembly.Exports => {
    const sharedPoint = exports.sharedPoint as (...places: number[]) => number
    const memory = exports.memory as WebAssembly.Memory
    exports.sharedPoint = (result: number, ...places: number[]) => {
      const status = sharedPoint(result, ...places)
      new Uint8Array(memory.buffer)[result + 64]! ^= 1
      return status
    }
    return exports
  }
  withExports(
    (exports) => "sharedPoint" in exports ? wrong(exports) : exports,
    () => assert.equal(curveIsFused(), false),
  )
  withExports(
    (exports) => "sharedPoint" in exports ? { ...exports, sharedPoint: () => 2 } : exports,
    () => assert.equal(curveIsFused(), false),
  )
})
