import type { Runtime } from "../runtime.ts"

/** The adapter of the runtime that this process runs on; the others are never loaded. */
export async function currentRuntime(): Promise<Runtime> {
  if ("Deno" in globalThis) return (await import("./deno.ts")).deno
  if ("Bun" in globalThis) return (await import("./bun.ts")).bun
  return (await import("./node.ts")).node
}
