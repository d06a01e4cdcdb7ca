// No secret decides which way the code goes or which address it touches. The committed modules are
// taken apart, and every address, every condition and every length of a bulk instruction goes through
// a function that writes it down. What is written down must be the same, whatever the secrets are.
//
// That says nothing of the time that an engine's own code takes for an instruction: bench/timing.ts does.
import binaryen from "assemblyscript/binaryen"
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { hex as fused } from "../crypto-wasm/wasm/secp256k1-fused.ts"
import { hex as curve } from "../crypto-wasm/wasm/secp256k1.ts"
import { hex as relaxed } from "../crypto-wasm/wasm/symmetric-relaxed.ts"
import { hex as baseline } from "../crypto-wasm/wasm/symmetric.ts"

type Expression = string | Expression[]

/** WebAssembly text as nested lists. */
function parse(text: string): Expression {
  const stack: Expression[][] = [[]]
  for (const [token] of text.matchAll(/;;.*|"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g)) {
    if (token === "(") stack.push([])
    else if (token === ")") {
      const done = stack.pop()!
      stack.at(-1)!.push(done)
    } else if (!token.startsWith(";;")) stack.at(-1)!.push(token)
  }
  return stack[0]![0]!
}

const print = (e: Expression): string => typeof e === "string" ? e : `(${e.map(print).join(" ")})`

/** Which operands of an instruction must not depend on a secret, as places among its operands. */
function publicOperands(instruction: string, operands: number): number[] {
  if (/^memory\.(fill|copy|grow|init)$/.test(instruction)) return [...Array(operands).keys()]
  if (/\.(load|store)/.test(instruction) || instruction === "if") return [0]
  if (/^(select|br_if|br_table|call_indirect)$/.test(instruction)) return [operands - 1]
  if (/\.(div|rem)_[su]$/.test(instruction)) return [0, 1]
  return []
}

function trace(e: Expression): Expression {
  if (typeof e === "string") return e
  const [instruction, ...rest] = e.map(trace)
  const isOperand = (x: Expression) =>
    typeof x !== "string" && !/^(result|type|then|else)$/.test(x[0] as string)
  const places = [...rest.keys()].filter((i) => isOperand(rest[i]!))
  for (const which of publicOperands(instruction as string, places.length)) {
    const at = places[which]
    if (at === undefined) continue
    // A byte to fill with may be any, all else is an address or a length.
    if (instruction === "memory.fill" && which === 1) continue
    rest[at] = ["call", "$trace", rest[at]!]
  }
  return [instruction!, ...rest]
}

interface Traced {
  readonly exports: Record<string, (...args: number[]) => number> & {
    readonly memory: WebAssembly.Memory
  }
  /** A digest of all that was written down since the last call, and how much it was. */
  taken(): string
}

function instrument(hex: string): Traced {
  const module = binaryen.readBinary(Buffer.from(hex, "hex"))
  const [name, ...fields] = trace(parse(module.emitText())) as Expression[]
  const signature = '(func $trace (import "trace" "value") (param i32) (result i32))'
  const text = print([name!, signature, ...fields])
  const instrumented = binaryen.parseText(text)
  instrumented.setFeatures(binaryen.Features.All)
  const binary = instrumented.emitBinary()
  module.dispose()
  instrumented.dispose()

  let digest = 0
  let count = 0
  const value = (x: number): number => {
    digest = Math.imul(digest ^ x, 0x01000193) + count | 0
    count++
    return x
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource), {
    trace: { value },
  })
  return {
    exports: instance.exports as Traced["exports"],
    taken() {
      const taken = `${count} values, ${digest >>> 0}`
      digest = count = 0
      return taken
    },
  }
}

/** Secrets of all kinds: two at random, all zeros but the last bit, and all ones but for the first byte. */
function secrets(length: number): Uint8Array[] {
  const random = () => crypto.getRandomValues(new Uint8Array(length))
  const [least, most] = [new Uint8Array(length), new Uint8Array(length).fill(255)]
  least[length - 1] = 1
  most[0] = 127
  return [random(), random(), least, most]
}

for (const [name, hex] of Object.entries({ relaxed, baseline })) {
  test(`AES-256-GCM, HKDF, HMAC and SHA-256 go one way for all secrets (${name})`, () => {
    const { exports, taken } = instrument(hex)
    const start = exports.heap!()
    const bytes = new Uint8Array(exports.memory.buffer)
    const at = (place: number) => start + 2048 * place
    const nonce = crypto.getRandomValues(new Uint8Array(12))
    const aad = crypto.getRandomValues(new Uint8Array(80))

    /** What one way of a kernel wrote down, for each secret, must be one and the same. */
    const check = (what: string, run: (secret: Uint8Array) => unknown, length: number) => {
      const ways = new Set(
        secrets(length).map((secret) => {
          bytes.fill(0, start)
          taken()
          run(secret)
          return taken()
        }),
      )
      assert.equal(ways.size, 1, `${what} of ${length} bytes: ${[...ways].join(" or ")}`)
      assert.ok(parseInt([...ways][0]!) > 100)
    }

    check("a key to encrypt with", (secret) => {
      bytes.set(secret, at(0))
      bytes.set(nonce, at(1))
      bytes.set(aad, at(2))
      exports.encrypt!(at(0), at(1), at(2), 80, 500)
    }, 32)
    check("a key to decrypt with", (secret) => {
      bytes.set(secret, at(0))
      bytes.set(nonce, at(1))
      exports.encrypt!(at(0), at(1), at(2), 0, 100)
      taken()
      assert.equal(exports.decrypt!(at(0), at(1), at(2), 0, 100), 1)
    }, 32)
    check("a secret to seal with", (secret) => {
      bytes.set(secret, at(0))
      exports.seal!(at(0), secret.length, at(1), 32, at(2), at(3), 0, 50)
    }, 65)
    check("a key that opens nothing", (secret) => {
      bytes.set(secret, at(0))
      assert.equal(exports.open!(at(0), secret.length, at(1), 32, at(2), at(3), 20, 300), 0)
    }, 195)
    for (const length of [1, 100, 1000]) {
      check("a plaintext", (secret) => {
        bytes.set(secret, at(2))
        exports.encrypt!(at(0), at(1), at(2), 0, length)
      }, length)
      check("a message to hash", (secret) => {
        bytes.set(secret, at(0))
        exports.sha256!(at(0), length, at(1))
      }, length)
      check("an HMAC key", (secret) => {
        bytes.set(secret, at(0))
        exports.hmacSha256!(at(0), length, at(1), 10, at(2))
      }, length)
    }

    // What is no secret shows: the look is not blind.
    taken()
    exports.sha256!(at(0), 100, at(1))
    const one = taken()
    exports.sha256!(at(0), 164, at(1))
    assert.notEqual(taken(), one)
  })
}

for (const [name, hex] of Object.entries({ scalar: curve, fused })) {
  test(`secp256k1 goes one way for all secret keys (${name})`, () => {
    const { exports, taken } = instrument(hex)
    const start = exports.heap!()
    const bytes = new Uint8Array(exports.memory.buffer)
    const at = (place: number) => start + 80 * place
    const digest = crypto.getRandomValues(new Uint8Array(32))
    const results: Uint8Array[] = []

    const ways = (run: (secret: Uint8Array) => number) =>
      new Set(
        secrets(32).map((secret) => {
          bytes.fill(0, start)
          bytes.set(secret, at(1))
          taken()
          run(secret)
          results.push(bytes.slice(start, start + 65))
          return taken()
        }),
      )

    // The first call makes the generator's tables.
    bytes.set(secrets(32)[0]!, at(1))
    exports.getPublicKey!(at(0), at(1))
    const publicKey = ways(() => exports.getPublicKey!(at(0), at(1)))
    assert.equal(publicKey.size, 1, `getPublicKey: ${[...publicKey].join(" or ")}`)
    const peer = results[0]!
    const shared = ways(() => {
      bytes.set(peer, at(2))
      return exports.sharedPoint!(at(0), at(1), at(2))
    })
    assert.equal(shared.size, 1, `sharedPoint: ${[...shared].join(" or ")}`)
    const sign = ways(() => {
      bytes.set(digest, at(2))
      return exports.sign!(at(0), at(2), at(1))
    })
    assert.equal(sign.size, 1, `sign: ${[...sign].join(" or ")}`)

    // verify_var knows no secret, and its way shows what it was given.
    const verify = ways((secret) => {
      bytes.set(digest, at(2))
      exports.sign!(at(0), at(2), at(1))
      bytes.set(secret, at(1))
      exports.getPublicKey!(at(3), at(1))
      taken()
      return exports.verify!(at(0), at(2), at(3))
    })
    assert.ok(verify.size > 1)
  })
}
