// Fresh projects outside of the checkout, where nothing of the workspace is in reach: what a user has
// after `npm install`.
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { promisify } from "node:util"
import { transform } from "esbuild"

export interface Project {
  readonly folder: string
  /** Writes a file of the project. */
  write(path: string, text: string): void
  /** Runs a program to its end, in the project, and resolves with its output; rejects when it fails. */
  run(program: string, args: string[], env?: Record<string, string>): Promise<string>
  remove(): void
}

/**
 * A project with the program of the matrix as TypeScript, as an ES module and as CommonJS, and with these
 * dependencies installed by npm.
 */
export async function newProject(dependencies: Record<string, string>): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "wafer-project-"))
  const project: Project = {
    folder,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    async run(program, args, env = {}) {
      try {
        const { stdout } = await promisify(execFile)(program, args, {
          cwd: folder,
          env: { ...process.env, NO_COLOR: "1", ...env },
          timeout: 300_000,
          maxBuffer: 2 ** 26,
        })
        return stdout
      } catch (error) {
        const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string }
        throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error })
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  project.write(
    "package.json",
    JSON.stringify({ name: "fresh", private: true, type: "module", dependencies }),
  )
  const source = readFileSync(join(import.meta.dirname!, "program.ts"), "utf8")
  project.write("program.ts", source)
  project.write("program.mjs", (await transform(source, { loader: "ts" })).code)
  project.write("program.cjs", (await transform(source, { loader: "ts", format: "cjs" })).code)
  await project.run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"])
  return project
}
