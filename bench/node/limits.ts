import { join } from "node:path"
import { runProgram, type Runtime } from "../../tests/processes.ts"

/** What the node's store could write at most, measured on the node's runtime in a process of its own. */
export async function limits(
  runtime: Runtime,
  folder: string,
  wanted: string,
): Promise<Record<string, Record<string, number>>> {
  if (!"limit".includes(wanted)) return {}
  const program = join(import.meta.dirname!, "raw-kv.ts")
  const { code, stdout, stderr } = await runProgram(runtime, program, { args: [folder] })
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
