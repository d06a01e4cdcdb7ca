// The program through each bundler with no settings but its input and output, in a page of Chromium.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../processes.ts"
import { chromium, missing, runAndReport, visit } from "./browser.ts"
import type { Cell } from "./cell.ts"
import type { Project } from "./project.ts"

const node = join(root, "node_modules", ".bin", "node")

const packages = {
  "@rollup/plugin-node-resolve": "16.0.3",
  "esbuild": "0.28.2",
  "rollup": "4.67.4",
  "vite": "8.3.8",
  "webpack": "5.112.2",
}

/** Bundles page.mjs of the project into one script. */
type Bundle = (project: Project, into: string) => Promise<unknown>

const bundler = (name: string, make: Bundle): Cell => ({
  name,
  missing: missing(chromium),
  async run({ url, project }) {
    const fresh = await project(packages)
    fresh.write("page.mjs", runAndReport)
    const into = join(fresh.folder, name.toLowerCase())
    await make(fresh, into)
    const script = readFileSync(join(into, "page.js"), "utf8")
    return await visit(chromium, url, { scripts: { "/page.js": script } })
  },
})

/** Runs a program of the project that has the bundler's own API in its hands. */
const script = (project: Project, name: string, source: string) => {
  project.write(`${name}.mjs`, source)
  return project.run(node, [`${name}.mjs`])
}

export const bundlers: readonly Cell[] = [
  bundler(
    "esbuild",
    (project, into) =>
      project.run(join(project.folder, "node_modules", ".bin", "esbuild"), [
        ...["page.mjs", "--bundle", "--format=esm", `--outfile=${join(into, "page.js")}`],
      ]),
  ),
  bundler("Vite", (project, into) =>
    script(
      project,
      "run-vite",
      `import { build } from "vite"
await build({
  logLevel: "error",
  build: {
    outDir: ${JSON.stringify(into)},
    rollupOptions: { input: "page.mjs", output: { entryFileNames: "page.js" } },
  },
})`,
    )),
  bundler("webpack", (project, into) =>
    script(
      project,
      "run-webpack",
      `import webpack from "webpack"
webpack({
  mode: "production",
  entry: "./page.mjs",
  output: { path: ${JSON.stringify(into)}, filename: "page.js" },
}, (error, stats) => {
  if (!error && !stats.hasErrors()) return
  console.error(error ?? stats.toString())
  process.exit(1)
})`,
    )),
  bundler("Rollup", (project, into) =>
    script(
      project,
      "run-rollup",
      `import nodeResolve from "@rollup/plugin-node-resolve"
import { rollup } from "rollup"
const bundle = await rollup({ input: "page.mjs", plugins: [nodeResolve({ browser: true })] })
await bundle.write({ file: ${JSON.stringify(join(into, "page.js"))}, format: "es" })`,
    )),
]
