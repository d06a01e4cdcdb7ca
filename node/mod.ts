/**
 * A node of the network: takes sealed envelopes, keeps them, serves them. This entry needs no runtime
 * of its own; `main.ts` puts it behind sockets.
 *
 * @module
 */
export { createNode, type Node, type NodeOptions } from "./node.ts"
export type { RequestInfo } from "./http/http.ts"
export { memoryStore } from "./store/memory.ts"
export { kvStore, type KvStoreOptions } from "./store/kv.ts"
export type { Kv } from "./store/deno-kv.ts"
export type { Store } from "./store/store.ts"
export { defaultLimits, type Limits } from "./refusal.ts"
export { defaultRates, type Rate, type Rates } from "./access/limit.ts"
