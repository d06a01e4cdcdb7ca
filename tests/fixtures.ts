// Reads test data. The browser bundle puts the same texts in the place of this file.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

const folders = {
  vectors: process.env.WAFER_VECTORS ?? join(import.meta.dirname!, "vectors"),
  wycheproof: process.env.WAFER_WYCHEPROOF ??
    join(import.meta.dirname!, "..", "..", "shared", "wycheproof"),
}

/** The text of `name`.json in one of the folders of test data, or undefined when it is not there. */
export function fixture(folder: keyof typeof folders, name: string): string | undefined {
  const path = join(folders[folder], `${name}.json`)
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
