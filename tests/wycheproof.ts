// Wycheproof's test vectors. They are not part of this repository: a checkout that has them beside it
// runs them, any other says in one line that they were skipped.
import { fixture } from "./fixtures.ts"

export interface WycheproofGroup {
  // deno-lint-ignore no-explicit-any
  readonly tests: any[]
  // deno-lint-ignore no-explicit-any
  readonly [key: string]: any
}

/** The test groups of one file, or undefined when the vectors are not at hand. */
export function wycheproof(name: string): WycheproofGroup[] | undefined {
  const text = fixture("wycheproof", name)
  return text === undefined ? undefined : JSON.parse(text).testGroups
}

/** Why a Wycheproof test did not run. */
export const wycheproofAbsent = "Wycheproof vectors not found: set WAFER_WYCHEPROOF to their folder"
