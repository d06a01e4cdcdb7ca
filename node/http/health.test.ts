import type { HandlerContext, ServiceImpl } from "@connectrpc/connect"
import { create } from "@bufbuild/protobuf"
import { type Health, HealthCheckRequestSchema } from "@wafer/proto/node"
import assert from "node:assert/strict"
import { it } from "node:test"
import { healthRoutes } from "./health.ts"

it("a watch that looks often leaves no listener behind", async () => {
  let looks = 0
  // Another state only after many looks, each of which waits.
  const ready = (): Promise<void> => looks++ < 20 ? Promise.resolve() : Promise.reject(new Error())
  let health!: ServiceImpl<typeof Health>
  healthRoutes({ services: [], ready, intervalMs: 1 })({
    service: (_: unknown, implementation: typeof health) => void (health = implementation),
  } as never)

  const { signal } = new AbortController()
  const listeners = new Set<unknown>()
  const [add, remove] = [signal.addEventListener, signal.removeEventListener]
  signal.addEventListener = (type: string, listener: never) => {
    listeners.add(listener)
    add.call(signal, type, listener)
  }
  signal.removeEventListener = (type: string, listener: never) => {
    listeners.delete(listener)
    remove.call(signal, type, listener)
  }
  const request = create(HealthCheckRequestSchema, { service: "" })
  const statuses: number[] = []
  for await (const { status } of health.watch(request, { signal } as HandlerContext)) {
    statuses.push(status!)
    if (statuses.length === 2) break
  }
  assert.equal(looks, 21)
  assert.equal(listeners.size, 0)
})
