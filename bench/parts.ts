// The parts of the suite: each is a program of its own, run once on every runtime it is meant for.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { launchOptions } from "../tests/browser/chromium.ts"
import { commandOf, root, type Runtime } from "../tests/processes.ts"

export interface Run {
  readonly part: string
  readonly on: string
  readonly command: readonly [program: string, args: readonly string[]]
  /** The names of the files of results. */
  readonly writes: readonly string[]
}

const runtimes: readonly Runtime[] = ["deno", "bun", "node"]
const file = (name: string) => join(root, "bench", `${name}.ts`)

/** Runs `part`.ts on `runtime`, to tell about that runtime or another one. */
const on = (part: string, runtime: Runtime, about: string = runtime, args: string[] = []): Run => ({
  part,
  on: about,
  command: commandOf(runtime, file(part), args),
  writes: [`${part}-${about}`],
})

/**
 * Every run of the suite that this machine can do, in order. A quick look leaves out what takes minutes,
 * a check what has no rival.
 */
export function runs(
  { quick, check }: { readonly quick: boolean; readonly check: boolean },
): Run[] {
  return [
    ...runtimes.map((runtime) => on("primitives", runtime)),
    ...!quick && existsSync(launchOptions.executablePath)
      ? [on("primitives", "node", "chromium", ["--chromium"])]
      : [],
    { ...on("size", "node"), writes: ["size"] },
    ...runtimes.map((runtime) => on("history", runtime)),
    ...runtimes.map((runtime) => on("send", runtime)),
    // Packs the packages first, and starts processes of every runtime itself.
    ...quick
      ? []
      : [{ ...on("cold", "node"), writes: runtimes.map((runtime) => `cold-${runtime}`) }],
    // The node runs on that runtime; what asks of it always runs on Node.
    ...check ? [] : runtimes.map((runtime) => on("node", "node", runtime, [runtime])),
    ...quick || check ? [] : [on("network", "deno"), on("network", "bun")],
  ]
}
