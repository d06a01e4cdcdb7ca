// What the npm package `assert` expects of Node; esbuild puts these names in scope.
export const process = { env: {}, emitWarning() {}, version: "v24", nextTick: queueMicrotask }
export const global = globalThis
