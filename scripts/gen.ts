// Generates proto/gen from proto/*.proto with protobuf-es. `--check` writes nothing and fails when
// what is committed is not what would be generated.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import process from "node:process"
import { root } from "./packages.ts"

const committed = join(root, "proto", "gen")

/** Node runs TypeScript by erasing types, and an `enum` cannot be erased: make it a const object. */
function erasableEnums(source: string): string {
  return source.replace(
    /^export enum (\w+) \{\n([\s\S]*?)^\}\n/gm,
    (_, name: string, body: string) =>
      `export const ${name} = {\n${
        body.replace(/^ {2}(\w+) = (\d+),$/gm, "  $1: $2,")
      }} as const\n` +
      `export type ${name} = (typeof ${name})[keyof typeof ${name}]\n`,
  )
}

function generate(into: string): void {
  const bin = join(root, "node_modules", ".bin")
  execFileSync(join(bin, "buf"), ["generate", "--output", into], {
    cwd: join(root, "proto"),
    env: { ...process.env, PATH: bin + delimiter + process.env.PATH },
    stdio: "inherit",
  })
  for (const file of filesIn(join(into, "gen"))) {
    const path = join(into, "gen", file)
    writeFileSync(path, erasableEnums(readFileSync(path, "utf8")))
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"))
    .sort()
}

if (process.argv.includes("--check")) {
  const fresh = mkdtempSync(join(tmpdir(), "wafer-gen-"))
  try {
    generate(fresh)
    const stale = new Set([...filesIn(join(fresh, "gen")), ...filesIn(committed)].filter((file) => {
      const read = (folder: string) => {
        try {
          return readFileSync(join(folder, file), "utf8")
        } catch {
          return undefined
        }
      }
      return read(join(fresh, "gen")) !== read(committed)
    }))
    if (stale.size > 0) {
      console.error(`proto/gen is stale, run \`deno task gen\`: ${[...stale].join(", ")}`)
      process.exit(1)
    }
    console.log("proto/gen is fresh")
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
} else {
  generate(join(root, "proto"))
}
