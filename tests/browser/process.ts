// What the npm package `assert` expects of Node; esbuild puts these names in scope, and this module in
// the place of node:process.
export const process = { env: {}, emitWarning() {}, version: "v24", nextTick: queueMicrotask }
export const global = globalThis
export default process
