// Starts real processes for the stories in tests/: nodes and programs, on each runtime.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { createServer } from "node:net"
import { delimiter, join } from "node:path"
import process from "node:process"

export type Runtime = "deno" | "bun" | "node"

/** The root of the checkout. */
export const root = join(import.meta.dirname!, "..")

const bin = (name: string) => join(root, "node_modules", ".bin", name)

/** The program and the arguments that run a TypeScript file on `runtime`. */
export function commandOf(runtime: Runtime, file: string, args: string[] = []): [string, string[]] {
  // The program itself rather than npm's wrapper, so that a signal reaches it.
  const binary = join(root, "node_modules", "deno", "deno")
  if (runtime === "deno") {
    return [existsSync(binary) ? binary : bin("deno"), ["run", "-A", "--no-check", file, ...args]]
  }
  return [bin(runtime), [file, ...args]]
}

/** Where a program is that need not be installed: the variable names it, or it is on PATH. */
export function findProgram(name: string, variable: string): string | undefined {
  const named = process.env[variable]
  if (named) return named
  return process.env.PATH?.split(delimiter).map((folder) => join(folder, name)).find(existsSync)
}

/**
 * A free port for what goes away and comes back at the same address. It is below those that the system
 * gives to whoever asks for any, so that nobody takes it meanwhile.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 6000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) =>
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true))
    )
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

export interface NodeProcess extends AsyncDisposable {
  /** Where its HTTP port answers, like `http://127.0.0.1:40123`. */
  readonly url: string
  readonly child: ChildProcess
  /** All it has written so far. */
  output(): string
  /** Asks it to stop, by SIGTERM, and resolves with its exit code. */
  stop(): Promise<number | null>
  /** Ends it without asking, by SIGKILL. */
  kill(): Promise<void>
}

/** Starts `node/main.ts` on a free port and resolves when it answers. In memory unless told otherwise. */
export async function startNode(
  runtime: Runtime,
  options: { data?: string; args?: string[] } = {},
): Promise<NodeProcess> {
  const [program, args] = commandOf(runtime, join(root, "node", "main.ts"), [
    "--port",
    "0",
    "--grpc-port",
    "0",
    "--data",
    options.data ?? ":memory:",
    ...options.args ?? [],
  ])
  return await startNodeProgram(program, args)
}

/** Starts a program that is a node, and resolves when it answers; one that does not is ended. */
export async function startNodeProgram(program: string, args: string[]): Promise<NodeProcess> {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output += text)
  }
  let failure: unknown
  child.on("error", (error) => failure = error)
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve))
  let url = ""
  try {
    await until(() => {
      url = /http:\/\/[^\s"]+:\d+/.exec(output)?.[0] ?? ""
      return url !== "" || child.exitCode !== null || failure !== undefined
    }, 60_000)
    if (url === "") throw failure ?? new Error(`the node exited with ${child.exitCode}`)
    await until(async () => (await fetch(`${url}/readyz`)).ok, 60_000)
  } catch (cause) {
    child.kill("SIGKILL")
    throw new Error(`the node was not ready:\n${output}`, { cause })
  }
  return {
    url,
    child,
    output: () => output,
    stop() {
      child.kill("SIGTERM")
      return exited
    },
    async kill() {
      child.kill("SIGKILL")
      await exited
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL")
      await exited
    },
  }
}

/** Runs a program to its end and resolves with what it wrote. */
export async function runProgram(
  runtime: Runtime,
  file: string,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [program, args] = commandOf(runtime, file, options.args)
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...options.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 180_000,
  })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text)
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", resolve)
  })
  return { code, stdout, stderr }
}

/** Waits until `holds` answers true; a throw counts as not yet. Rejects after `timeoutMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      if (await holds()) return
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    if (performance.now() > deadline) {
      throw new Error(`still not so after ${timeoutMs} ms: ${holds}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
