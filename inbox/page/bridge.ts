import type { Desk, Engine, PageSide } from "../protocol.ts"
import { type Remote, remote, serve } from "../rpc.ts"

/** The worker, as functions. */
export interface Bridge {
  readonly desk: Remote<Desk>
  readonly engine: Remote<Engine>
}

/** Starts the worker. `page` is what it may ask of us. */
export function startWorker(page: PageSide): Bridge {
  trustOwnScripts()
  const worker = new Worker(new URL("../worker/main.ts", import.meta.url), {
    type: "module",
    name: "wafer",
  })
  serve<PageSide>(worker, "page", page)
  return {
    desk: remote<Desk>(worker, "desk").functions,
    engine: remote<Engine>(worker, "engine").functions,
  }
}

interface TrustedTypes {
  createPolicy(name: "default", rules: { createScriptURL(url: string): string }): unknown
}

/** The page's policy (Trusted Types) starts scripts of this origin, and makes markup of no text at all. */
function trustOwnScripts(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  trustedTypes?.createPolicy("default", {
    createScriptURL(url) {
      if (new URL(url, location.href).origin === location.origin) return url
      throw new TypeError(`not a script of this page: ${url}`)
    },
  })
}
