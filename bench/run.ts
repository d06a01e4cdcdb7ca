import { spawn } from "node:child_process"
import process from "node:process"
import { root } from "../tests/processes.ts"

/** Runs a program to its end and resolves with all it wrote. */
export function runToEnd(
  [program, args]: readonly [string, readonly string[]],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output += text)
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, output }))
  })
}
