// Builds the packages for npm into build/ and packs each into one tarball.
//   deno task pack           builds build/<name>/ and build/<scope>-<name>-<version>.tgz
//   deno task pack --check   and holds them against publint, attw and JSR's rules
//
// The workspace's package.json files point at TypeScript; here each entry becomes an ES module, a
// CommonJS module and the types of both.
import { execFile } from "node:child_process"
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import process from "node:process"
import { promisify } from "node:util"
import { build as esbuild } from "esbuild"
import {
  entriesOf,
  jsrComplaints,
  type Manifest,
  type Package,
  publishedPackages,
  root,
} from "./packages.ts"

const build = join(root, "build")
const bin = (name: string) => join(root, "node_modules", ".bin", name)

/** Builds and packs every package, two at a time, and resolves with the tarballs' paths by package name. */
export async function pack(): Promise<Map<string, string>> {
  const packages = publishedPackages()
  const tarballs = new Map<string, string>()
  const waiting = [...packages]
  await Promise.all([0, 1].map(async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      tarballs.set(next.manifest.name, await packOne(next))
    }
  }))
  return new Map(packages.map(({ manifest }) => [manifest.name, tarballs.get(manifest.name)!]))
}

async function packOne(published: Package): Promise<string> {
  const { name, folder, manifest } = published
  const into = join(build, name)
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  const entries = [...entriesOf(published)].flatMap(([entry, file]) => [`--entry.${entry}`, file])
  await run("tsup", [
    ...entries,
    "--format=esm",
    "--dts",
    "--sourcemap",
    "--target=es2022",
    "--platform=neutral",
    `--tsconfig=${join(root, "tsconfig.json")}`,
    `--out-dir=${join(into, "dist")}`,
  ], folder)
  await addCommonJs(join(into, "dist"), programsOf(manifest))
  writeFileSync(
    join(into, "package.json"),
    JSON.stringify(manifestFor(manifest, relative(root, folder)), null, 2) + "\n",
  )
  copyFileSync(join(root, "LICENSE"), join(into, "LICENSE"))
  copyFileSync(join(folder, "README.md"), join(into, "README.md"))
  const packed = await run("npm", ["pack", "--json", "--pack-destination", build], into)
  return join(build, JSON.parse(packed)[0].filename)
}

/** What is only ever started: it is an ES module, and nothing requires it. */
function programsOf({ exports, publishConfig }: Manifest): string[] {
  return Object.values(publishConfig?.bin ?? {})
    .filter((file) => !Object.values(exports).includes(file))
    .map((file) => file.replace(/\.ts$/, ".js"))
}

/**
 * Puts a CommonJS module beside each ES module, and its types beside the types. File by file, so that
 * what two entries share stays one module: tsup would copy an error's class into every entry, or, when it
 * splits, let a variable named `module` take CommonJS's own.
 */
async function addCommonJs(dist: string, programs: readonly string[]): Promise<void> {
  await esbuild({
    entryPoints: globSync(join(dist, "**/*.js"), {
      exclude: programs.map((file) => join(dist, file)),
    }),
    outdir: dist,
    outbase: dist,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    platform: "node",
    sourcemap: true,
    logLevel: "error",
  })
  const rewrite = (pattern: string, to: (path: string) => string, source: RegExp) => {
    for (const path of globSync(join(dist, pattern))) {
      const text = readFileSync(path, "utf8")
      writeFileSync(to(path), text.replace(source, (_, before, file) => `${before}${file}.cjs`))
    }
  }
  rewrite("**/*.cjs", (path) => path, /(\b(?:require|import)\(")(\.{1,2}\/[^"]+)\.js(?=")/g)
  rewrite(
    "**/*.d.ts",
    (path) => path.replace(/\.d\.ts$/, ".d.cts"),
    /(\b(?:from |import\()['"])(\.{1,2}\/[^'"]+)\.js(?=['"])/g,
  )
}

/** The package.json that npm gets, of the package in this folder of the repository. */
export function manifestFor(manifest: Manifest, directory: string): Record<string, unknown> {
  const { exports, publishConfig, ...fields } = manifest
  const dist = (file: string, extension: string) =>
    file.replace(/^\.\/(.*)\.ts$/, `./dist/$1${extension}`)
  const entry = (file: string) => ({
    import: { types: dist(file, ".d.ts"), default: dist(file, ".js") },
    require: { types: dist(file, ".d.cts"), default: dist(file, ".cjs") },
  })
  const main = exports["."]!
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env
  return {
    name: fields.name,
    version: fields.version,
    description: fields.description,
    license: fields.license,
    keywords: ["xmtp", "messaging", "end-to-end encryption"],
    // Provenance demands the repository whose workflow publishes; links of a README start from its folder.
    ...(repository && {
      repository: { type: "git", url: `git+${server}/${repository}.git`, directory },
    }),
    type: fields.type,
    sideEffects: fields.sideEffects,
    engines: fields.engines,
    files: ["dist"],
    main: dist(main, ".cjs"),
    module: dist(main, ".js"),
    types: dist(main, ".d.ts"),
    exports: {
      ...Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, entry(file)])),
      "./package.json": "./package.json",
    },
    ...(publishConfig?.bin && {
      bin: Object.fromEntries(
        Object.entries(publishConfig.bin).map(([name, file]) => [name, dist(file, ".js")]),
      ),
    }),
    dependencies: fields.dependencies,
    publishConfig: { access: "public" },
  }
}

/** What publint, attw and JSR find wrong with the packages and their tarballs, one complaint a line. */
export async function packageComplaints(tarballs: Map<string, string>): Promise<string[]> {
  const found = publishedPackages().flatMap(jsrComplaints)
  const complain = (name: string) => (error: { stdout?: string; stderr?: string }) => {
    found.push(`${name}:\n${error.stdout ?? ""}${error.stderr ?? error}`)
  }
  for (const tarball of tarballs.values()) {
    await run("publint", ["run", tarball, "--strict"], root).catch(complain("publint"))
    // Not node10, the resolution that knows no sub-paths: TypeScript 6 deprecates it and 7 drops it.
    await run("attw", [tarball, "--no-emoji", "--profile", "node16"], root).catch(complain("attw"))
  }
  await run("deno", ["publish", "--dry-run", "--allow-dirty"], root).catch(complain("deno publish"))
  return found
}

async function run(program: string, args: string[], cwd: string): Promise<string> {
  const [file, rest] = program === "npm"
    ? ["npm", args]
    // Through our own Node: a shebang would take whichever is first in PATH.
    : [bin("node"), [bin(program), ...args]]
  const { stdout } = await promisify(execFile)(file!, rest as string[], {
    cwd,
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 2 ** 26,
  })
  return stdout
}

if (import.meta.main) {
  const tarballs = await pack()
  for (const [name, tarball] of tarballs) console.log(`${name}: ${tarball}`)
  if (process.argv.includes("--check")) {
    const found = await packageComplaints(tarballs)
    for (const complaint of found) console.error(complaint)
    console.log(
      found.length === 0 ? "the packages are fit to publish" : `${found.length} complaints`,
    )
    process.exit(found.length === 0 ? 0 : 1)
  }
}
