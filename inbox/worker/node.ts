import type { NodeView } from "../model.ts"

/** A node as it describes itself, and how far this computer's clock is from its. */
export interface Described {
  readonly node: NodeView
  readonly skewMs: number
}

const DAY_MS = 86_400_000
const ANSWER_WITHIN_MS = 10_000

/**
 * Asks a node who it is (`wafer.node.v1.NodeApi/NodeInfo`, Connect's JSON). A node of another make
 * does not know the question and is described by its address alone. Throws when nobody answers.
 */
export async function describe(url: string, signal?: AbortSignal): Promise<Described> {
  const asked = Date.now()
  const response = await fetch(`${url}/wafer.node.v1.NodeApi/NodeInfo`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.any([AbortSignal.timeout(ANSWER_WITHIN_MS), ...signal ? [signal] : []]),
  })
  const told = Date.parse(response.headers.get("date") ?? "")
  const skewMs = Number.isNaN(told) ? 0 : asked - told
  if (!response.ok) return { node: { url }, skewMs }
  const info = await response.json()
  return {
    skewMs,
    node: {
      url,
      ...(info.network && { network: String(info.network) }),
      ...(info.version && { version: String(info.version) }),
      ...(info.limits?.maxMessageBytes && { maxMessageBytes: Number(info.limits.maxMessageBytes) }),
      ...(info.retentionMs && { retentionDays: Math.round(Number(info.retentionMs) / DAY_MS) }),
    },
  }
}
