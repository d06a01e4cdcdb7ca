// What a part of the suite found, as files: one for each part and runtime.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"
import type { ContestResult } from "./contest.ts"
import { machine, runtimeName } from "./machine.ts"

/** The results that are committed. */
export const committed: string = join(import.meta.dirname!, "results")

/** What a quick look found, which is committed too: it warms up less, so it is compared with its like. */
export const committedQuick: string = join(committed, "quick")

/** Where results are written: BENCH_RESULTS, or the folder of those that are committed. */
const folder = process.env.BENCH_RESULTS ?? committed

/** How large something is, each time as it is and as two compressions leave it, in bytes. */
export interface Size {
  readonly rival: string
  readonly bytes: number
  readonly gzip: number
  readonly brotli: number
}

/** The content of one file. */
export type Report =
  & { readonly machine: Readonly<Record<string, string>> }
  & (
    | {
      readonly unit: "microseconds for one call"
      readonly versions?: Readonly<Record<string, string>>
      readonly results: readonly ContestResult[]
    }
    | {
      readonly unit: "bytes"
      readonly versions?: Readonly<Record<string, string>>
      readonly results: readonly { readonly name: string; readonly results: readonly Size[] }[]
    }
    | {
      /** Numbers by their unit, by what was measured. */
      readonly unit?: undefined
      readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>
    }
  )

/** The version of each npm package, as installed beside `from`. */
export async function versionsOf(
  packages: readonly string[],
  from: string = import.meta.dirname!,
): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(packages.map(async (name) => [name, await versionOf(name, from)])),
  )
}

async function versionOf(name: string, from: string): Promise<string> {
  try {
    const text = await readFile(join(from, "node_modules", name, "package.json"), "utf8")
    return JSON.parse(text).version
  } catch (error) {
    const parent = join(from, "..")
    if (parent === from) throw new Error(`${name} is not installed`, { cause: error })
    return await versionOf(name, parent)
  }
}

/** Writes the times of one part on this runtime. */
export async function writeTimes(
  part: string,
  results: readonly ContestResult[],
  versions: Readonly<Record<string, string>> = {},
): Promise<void> {
  await write(`${part}-${runtimeName()}`, {
    unit: "microseconds for one call",
    machine: machine(),
    versions,
    results,
  })
}

/** Writes one file of results. */
export async function write(name: string, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
}

/** All results of a folder, by the names of their files. */
export async function readResults(from: string): Promise<Map<string, Report>> {
  const names = (await readdir(from)).filter((name) => name.endsWith(".json")).sort()
  return new Map(
    await Promise.all(
      names.map(async (name) =>
        [name.slice(0, -5), JSON.parse(await readFile(join(from, name), "utf8"))] as const
      ),
    ),
  )
}
