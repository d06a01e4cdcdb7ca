import { Code, type ConnectRouter } from "@connectrpc/connect"
import { MessageApi } from "@wafer/proto"
import { Health, NodeApi, ServerReflection } from "@wafer/proto/node"
import { createApi } from "./api.ts"
import { createAuthenticator } from "./access/auth.ts"
import { clientAddress } from "./access/client-address.ts"
import { unaryRoutes } from "./http/connect-unary.ts"
import { createDesk, defaultStreams, type StreamLimits, unlimitedStreams } from "./access/desk.ts"
import { gatewayRoutes } from "./http/gateway.ts"
import { type AddressOf, messageApiRoutes, nodeApiRoutes } from "./http/grpc.ts"
import { type Handlers, handlersOf } from "./http/handlers.ts"
import { healthRoutes } from "./http/health.ts"
import { createHttp, type RequestInfo } from "./http/http.ts"
import { createHub } from "./hub.ts"
import { createIngest } from "./ingest.ts"
import { createLimiter, defaultRates, type Rates } from "./access/limit.ts"
import type { Range } from "./access/ip.ts"
import type { Log } from "./log.ts"
import { createMetrics } from "./metrics.ts"
import { createNodeApi } from "./node-api.ts"
import type { Peers, PeersOptions } from "./p2p/mod.ts"
import { createReadiness } from "./readiness.ts"
import { reflectionRoutes } from "./http/reflection.ts"
import { defaultLimits, type Limits, Refusal } from "./refusal.ts"
import { createKeeper } from "./retention.ts"
import { noRules, type Rules } from "./access/rules.ts"
import { createLately } from "./status/lately.ts"
import { createStatus, type Disk } from "./status/report.ts"
import { statusRoutes } from "./status/routes.ts"
import { type Shards, unsharded } from "./store/shard.ts"
import type { Store } from "./store/store.ts"
import { createWindows } from "./store/window.ts"
import { createTracer, type TraceTarget } from "./trace.ts"
import { createWhole } from "./whole.ts"

/** What a node is made of. Only the store has no default. */
export interface NodeOptions {
  readonly store: Store
  /** The network that NodeInfo names. Default "wafer". */
  readonly network?: string
  /** How the network divides topics, and what this node keeps of them. Default: one shard, kept. */
  readonly shards?: Shards
  readonly limits?: Partial<Limits>
  /** How fast clients may go; false lifts every limit. */
  readonly rates?: Rates | false
  /** Who goes faster, who may not come at all; asked anew for each call. */
  readonly rules?: () => Rules
  /** Proxies whose X-Forwarded-For is believed. Default none. */
  readonly trustedProxies?: readonly Range[]
  /** Joins other nodes, with the parts of this one that peers read and write. */
  readonly join?: (parts: NetworkParts) => Promise<Peers>
  readonly log?: Log
  /** Opens all of /status to who names it, from anywhere. */
  readonly operatorToken?: string | undefined
  /** Takes a span for every call. */
  readonly traces?: TraceTarget | undefined
  /** How full the disk is, for /status. */
  readonly disk?: () => Disk
  /** How often a silent gateway stream says that it is alive. Default 20 000. */
  readonly heartbeatMs?: number
  /** The same for Follow. Default 5000. */
  readonly followHeartbeatMs?: number
  /** Envelopes that may wait for one slow subscriber. Default 1024. */
  readonly subscriberBuffer?: number
  /** Default 1000 and 50 000, or as many as come when rates are lifted. */
  readonly streams?: StreamLimits
  /** How long topics outside /xmtp/ are kept; 0 is for ever. Default one day. */
  readonly retentionMs?: number
  readonly now?: () => Date
}

/** What a peer network is given of a node. */
export type NetworkParts = Pick<
  PeersOptions,
  "store" | "ingest" | "deliver" | "limits" | "shards" | "registry" | "log"
>

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
  /** What answers gRPC, and Connect over HTTP/2: a server of Node's kind puts it behind a socket. */
  readonly handlers: Handlers
  /** Registers the node's services, for an in-process transport. */
  routes(router: ConnectRouter): void
  /** Ends streams, finishes the open commit, leaves the network, closes the store. Idempotent. */
  close(): Promise<void>
}

const services = [MessageApi, NodeApi]

/** Assembles a node around a store, which it then owns. */
export async function createNode(options: NodeOptions): Promise<Node> {
  const { store, network = "wafer", shards = unsharded, retentionMs = 86_400_000 } = options
  const now = options.now ?? (() => new Date())
  const limits = { ...defaultLimits, ...options.limits }
  const rates = options.rates ?? defaultRates

  const lately = createLately(now)
  const log: Log = (...event) => {
    options.log?.(...event)
    lately.listen(...event)
  }
  const metrics = createMetrics()
  const { registry } = metrics
  const windows = createWindows(retentionMs, () => now().getTime())
  const ingest = createIngest({ store, limits, windows, metrics, now, log })
  const hub = createHub({
    store,
    metrics,
    ...(options.subscriberBuffer && { buffer: options.subscriberBuffer }),
  })
  const { deliver } = hub
  const peers = await options.join?.({ store, ingest, deliver, limits, shards, registry, log })
  const whole = createWhole({
    store,
    ingest,
    hub,
    shards,
    elsewhere: peers?.elsewhere,
    limits,
    windows,
    followHeartbeatMs: options.followHeartbeatMs ?? 5000,
    now,
  })
  const limiter = rates === false ? undefined : createLimiter(rates, () => now().getTime())
  const authenticator = createAuthenticator(now)
  const tracer = options.traces && createTracer({ ...options.traces, registry, log })
  const desk = createDesk({
    authenticator,
    limiter,
    metrics,
    rules: options.rules ?? (() => noRules),
    streams: options.streams ?? (rates === false ? unlimitedStreams : defaultStreams),
    trace: tracer?.add,
  })
  const api = createApi({ whole, hub, desk, limits })
  const nodeApi = createNodeApi({
    api,
    whole,
    store,
    desk,
    limits,
    network,
    shards,
    retentionMs,
    peers,
  })
  registry.gauge("wafer_subscribers", "Live subscriptions", () => hub.subscribers)
  registry.gauge(
    "wafer_subscriber_backlog",
    "Envelopes that wait for the slowest live subscriber",
    () => hub.longestBacklog,
  )
  registry.gauge("wafer_log_head", "Number of the last log entry", () => Number(store.head))

  const keeper = createKeeper({
    store,
    retentionMs,
    shards,
    handOver: peers?.handOver,
    registry,
    log,
    now,
  })
  keeper.start()
  const stopping = new AbortController()
  const addressOf: AddressOf = (remote, forwardedFor) =>
    clientAddress(remote, forwardedFor, options.trustedProxies ?? [])
  const ready = createReadiness(store, ingest)
  let closing: Promise<void> | undefined

  function routes(router: ConnectRouter): void {
    const common = { limits, addressOf, stopping: stopping.signal, deposit: api.deposit }
    messageApiRoutes(api, common)(router)
    nodeApiRoutes(nodeApi, common)(router)
    healthRoutes({ services: services.map(({ typeName }) => typeName), ready })(router)
    reflectionRoutes([...services, Health, ServerReflection])(router)
  }

  const handlers = handlersOf(routes, limits)
  const status = createStatus({
    store,
    hub,
    metrics,
    peers,
    network,
    shards,
    retentionMs,
    ready,
    disk: options.disk,
    waiting: () => limiter?.waiting() ?? [],
    lately,
    now,
  })
  const answer = createHttp({
    status: statusRoutes({
      status,
      operatorToken: options.operatorToken,
      stopping: stopping.signal,
    }),
    gateway: gatewayRoutes(api, { limits, heartbeatMs: options.heartbeatMs ?? 20_000 }),
    unary: unaryRoutes(api, limits),
    handlers,
    addressOf,
    ready,
    metrics: () => registry.text(),
  })

  async function close(): Promise<void> {
    await ingest.close()
    status.close()
    stopping.abort(new Refusal(Code.Unavailable, "the node is stopping", "stopping"))
    hub.close()
    await keeper.close()
    await peers?.close()
    await store.close()
    await tracer?.close()
  }

  return {
    fetch: (request, info = {}) => answer(request, info),
    handlers,
    routes,
    close: () => closing ??= close(),
    [Symbol.asyncDispose]: () => closing ??= close(),
  }
}
