// Holds the licence of everything that is installed against a list, and prints how many have which.
import process from "node:process"
import { type Installed, installedPackages } from "./installed.ts"

/** Licences that ask for no more than to be named along. */
const permissive: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Python-2.0",
  "Unlicense",
  "Zlib",
])

/** Others, with the reason for which they are here. Nothing of them is in what is published. */
export const allowed: Readonly<Record<string, string>> = {
  "@axe-core/playwright": "looks for what keeps people out of the inbox, in tests",
  "@xmtp/user-preferences-bindings-wasm":
    "names no licence; a part of the official client, in tests",
  "axe-core": "see @axe-core/playwright",
  "lightningcss": "a part of Vite, which builds the inbox",
}

/** Whether one may take the package under permissive terms: of alternatives one is enough. */
export function isPermissive(expression: string): boolean {
  const alternatives = expression.replace(/[()]/g, "").split(/\s+OR\s+/)
  return alternatives.some((terms) =>
    terms.split(/\s+AND\s+/).every((term) => permissive.has(term.trim()))
  )
}

/** Packages whose licence asks for more than its notice, and has no written reason, one a line. */
export function licenceComplaints(packages: readonly Installed[]): string[] {
  return packages.filter(({ name, license }) =>
    !isPermissive(license) && !(name.replace(/^(lightningcss)-.*/, "$1") in allowed)
  )
    .map(({ name, version, license, path }) => `${name} ${version} (${path}): ${license}`)
}

if (import.meta.main) {
  const packages = installedPackages()
  const counts = Map.groupBy(packages, ({ license }) => license)
  for (const [license, { length }] of [...counts].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${String(length).padStart(5)} ${license}`)
  }
  const found = licenceComplaints(packages)
  for (const complaint of found) console.error(complaint)
  console.log(found.length === 0 ? "every licence is permissive" : `${found.length} complaints`)
  process.exit(found.length === 0 ? 0 : 1)
}
