import type { ConnectRouter } from "@connectrpc/connect"
import { MessageApi } from "@wafer/proto"
import { Health, ServerReflection } from "@wafer/proto/node"
import { createApi } from "./api.ts"
import { createAuthenticator } from "./auth.ts"
import { gatewayRoutes } from "./gateway.ts"
import { messageApiRoutes } from "./grpc.ts"
import { healthRoutes } from "./health.ts"
import { createHttp, type RequestInfo } from "./http.ts"
import { createHub } from "./hub.ts"
import { createIngest, type Ingest } from "./ingest.ts"
import { createLimiter, defaultRates, type Rates } from "./limit.ts"
import { createMetrics, type Metrics } from "./metrics.ts"
import { reflectionRoutes } from "./reflection.ts"
import { defaultLimits, type Limits } from "./refusal.ts"
import type { Store } from "./store.ts"

/** What a node is made of. Only the store has no default. */
export interface NodeOptions {
  readonly store: Store
  readonly limits?: Partial<Limits>
  /** How fast clients may go; false lifts every limit. */
  readonly rates?: Rates | false
  readonly metrics?: Metrics
  /** How often a silent gateway stream says that it is alive. Default 20 000. */
  readonly heartbeatMs?: number
  /** Envelopes that may wait for one slow subscriber. Default 1024. */
  readonly subscriberBuffer?: number
  readonly now?: () => Date
}

/**
 * A node without a socket: it answers Requests, in any runtime and in a page.
 *
 * @example
 * ```ts
 * const node = await createNode({ store: memoryStore() })
 * const response = await node.fetch(new Request("http://node/healthz"))
 * await node.close()
 * ```
 */
export interface Node extends AsyncDisposable {
  /** Connect, gRPC-Web, the JSON gateway, health and metrics. */
  fetch(request: Request, info?: RequestInfo): Promise<Response>
  /** Registers the node's services, for a gRPC server or an in-process transport. */
  routes(router: ConnectRouter): void
  /** The door for writes that come from elsewhere than a client: the peer network, an import. */
  readonly ingest: Ingest
  /** Ends streams, finishes the open commit, closes the store. Idempotent. */
  close(): Promise<void>
}

const services = [MessageApi]

/** Assembles a node around a store, which it then owns. */
export function createNode(options: NodeOptions): Promise<Node> {
  const { store, heartbeatMs = 20_000, subscriberBuffer } = options
  const now = options.now ?? (() => new Date())
  const limits = { ...defaultLimits, ...options.limits }
  const metrics = options.metrics ?? createMetrics()
  const rates = options.rates ?? defaultRates

  const ingest = createIngest({ store, limits, metrics, now })
  const hub = createHub({ store, metrics, ...(subscriberBuffer && { buffer: subscriberBuffer }) })
  const api = createApi({
    store,
    ingest,
    hub,
    limits,
    metrics,
    authenticator: createAuthenticator(now),
    limiter: rates === false ? undefined : createLimiter(rates, () => now().getTime()),
  })
  metrics.registry.gauge("wafer_subscribers", "Live subscriptions", () => hub.subscribers)
  metrics.registry.gauge("wafer_log_head", "Number of the last log entry", () => Number(store.head))

  let closing: Promise<void> | undefined
  const routes = (router: ConnectRouter): void => {
    messageApiRoutes(api, limits)(router)
    healthRoutes({ services: services.map(({ typeName }) => typeName), ready })(router)
    reflectionRoutes([...services, Health, ServerReflection])(router)
  }
  const app = createHttp({
    gateway: gatewayRoutes(api, { limits, heartbeatMs }),
    routes,
    metrics: () => metrics.registry.text(),
    ready,
  })

  async function ready(): Promise<void> {
    if (closing) throw new Error("the node is stopping")
    await store.check()
  }

  async function close(): Promise<void> {
    await ingest.close()
    hub.close()
    await store.close()
  }

  return Promise.resolve({
    fetch: async (request, info = {}) => await app.fetch(request, info),
    routes,
    ingest,
    close: () => closing ??= close(),
    [Symbol.asyncDispose]: () => closing ??= close(),
  })
}
