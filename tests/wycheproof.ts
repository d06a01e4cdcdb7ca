// Wycheproof's test vectors. They are not part of this repository: a checkout that has them beside it
// runs them, any other says in one line that they were skipped.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

export interface WycheproofGroup {
  // deno-lint-ignore no-explicit-any
  readonly tests: any[]
  // deno-lint-ignore no-explicit-any
  readonly [key: string]: any
}

/** The test groups of one file, or undefined when the vectors are not at hand. */
export function wycheproof(name: string): WycheproofGroup[] | undefined {
  const folder = process.env.WAFER_WYCHEPROOF ??
    join(import.meta.dirname!, "..", "..", "shared", "wycheproof")
  const path = join(folder, `${name}.json`)
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).testGroups : undefined
}

/** Why a Wycheproof test did not run. */
export const wycheproofAbsent = "Wycheproof vectors not found: set WAFER_WYCHEPROOF to their folder"
