import { defineConfig, type Plugin, type UserConfig } from "vite"

/** Tells the service worker what there is to keep. */
const listFiles: Plugin = {
  name: "list-files",
  generateBundle: {
    // Vite drops chunks that only import others, and one file that is not there fails them all.
    order: "post",
    handler(_, bundle) {
      const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/")).sort()
      const files = [...assets, "favicon.svg", "favicon-unread.svg", "mark.svg"]
      const source = JSON.stringify(files.map((name) => `/${name}`))
      this.emitFile({ type: "asset", fileName: "files.json", source })
    },
  },
}

// The gallery of states is for developers: `vite` serves it, the build leaves it out.
const config: UserConfig = defineConfig({
  root: import.meta.dirname!,
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  optimizeDeps: { include: ["preact", "preact/hooks", "preact/jsx-runtime"], noDiscovery: true },
  // One copy: the SDK has the same version of its own.
  resolve: { alias: { "@noble/hashes": `${import.meta.dirname!}/node_modules/@noble/hashes` } },
  plugins: [listFiles],
  worker: { format: "es" },
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: "index.html", shell: "shell.ts" },
      // The service worker's address is its identity: no hash.
      output: {
        entryFileNames: ({ name }) => name === "shell" ? "shell.js" : "assets/[name]-[hash].js",
        // One request for all of the first screen, also for what later parts share with it.
        codeSplitting: {
          groups: [{ name: "page", tags: ["$initial"], test: /^(?!.*\/shell\.ts$)/ }],
        },
      },
    },
  },
})

export default config
