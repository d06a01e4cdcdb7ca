// The vectors of the official client, from tests/vectors or from the folder that WAFER_VECTORS names.
import { fixture } from "./fixtures.ts"

/** One case: the schema of `input` and `output` is told per type in tests/vectors/README.md. */
export interface VectorCase {
  readonly id: string
  readonly type: string
  // deno-lint-ignore no-explicit-any
  readonly input: any
  // deno-lint-ignore no-explicit-any
  readonly output: any
  readonly deterministic?: boolean
}

/** The cases of one file, all or those of one type. Throws when there is none: a loop over nothing proves nothing. */
export function vectors(name: string, type?: string): VectorCase[] {
  const text = fixture("vectors", name)
  if (text === undefined) throw new Error(`there is no ${name}.json among the vectors`)
  const all: VectorCase[] = JSON.parse(text).cases
  const cases = type === undefined ? all : all.filter((c) => c.type === type)
  if (cases.length === 0) throw new Error(`no cases of ${type ?? "any type"} in ${name}.json`)
  return cases
}

/** Bytes of lowercase hex without 0x. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** Lowercase hex without 0x. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")
}
