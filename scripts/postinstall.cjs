// npm 10 lets deno's install script put its binary in place of node_modules/.bin/deno, and `deno task`
// runs whatever stands there as JavaScript. Put the script back that npm had linked there.
const { existsSync, rmSync, symlinkSync } = require("node:fs")
const { join } = require("node:path")

const link = join(__dirname, "..", "node_modules", ".bin", "deno")
const script = join("..", "deno", "bin.cjs")
if (process.platform !== "win32" && existsSync(join(link, "..", script))) {
  rmSync(link, { force: true })
  symlinkSync(script, link)
}
