import { create } from "@bufbuild/protobuf"
import { Code, ConnectError } from "@connectrpc/connect"
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
  HealthCheckResponseSchema,
} from "@wafer/proto/node"
import type { Routes } from "./handlers.ts"

export interface HealthOptions {
  /** Full names of the services that can be asked for; "" is the node as a whole. */
  readonly services: readonly string[]
  /** Resolves when the node can take messages. */
  readonly ready: () => Promise<void>
  /** How often a watched state is looked at. */
  readonly intervalMs?: number
}

/** gRPC's own health service: what load balancers and orchestrators ask. */
export function healthRoutes(options: HealthOptions): Routes {
  const { services, ready, intervalMs = 1000 } = options

  async function statusOf(service: string): Promise<Status> {
    if (service !== "" && !services.includes(service)) return Status.SERVICE_UNKNOWN
    return await ready().then(() => Status.SERVING, () => Status.NOT_SERVING)
  }

  return (router) => {
    router.service(Health, {
      async check({ service }) {
        const status = await statusOf(service)
        if (status === Status.SERVICE_UNKNOWN) {
          throw new ConnectError("unknown service", Code.NotFound)
        }
        return create(HealthCheckResponseSchema, { status })
      },
      async *watch({ service }, { signal }) {
        for (let last: Status | undefined; !signal.aborted; await pause(intervalMs, signal)) {
          const status = await statusOf(service)
          if (status !== last) yield create(HealthCheckResponseSchema, { status: last = status })
        }
      },
    })
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener("abort", end)
  })
}
