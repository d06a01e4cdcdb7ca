/** What the page reads of the node's /status.json. */
export interface Report {
  readonly sentence: string
  readonly node: { readonly version: string; readonly runtime: string; readonly network: string }
  readonly runningSeconds: number
  readonly stored: number
  readonly subscribers: number
  /** A quarter of an hour in steps of ten seconds, oldest first; null where nothing happened. */
  readonly series: Readonly<
    Record<"published" | "delivered" | "ackMs" | "slowAckMs", readonly (number | null)[]>
  >
  readonly deliveryMs?: number
  readonly peers?: readonly PeerReport[]
  readonly shards: { readonly count: number; readonly kept: readonly number[] }
  readonly held?: readonly { readonly keepers: number }[]
  readonly root: string
  readonly logHead: number
  readonly retentionMs: number
  readonly turnedAway: Readonly<Record<string, number>>
  readonly overLimit: readonly OverLimit[]
  readonly disk?: Disk
  readonly lately: readonly { readonly atMs: number; readonly text: string }[]
}

export interface PeerReport {
  readonly id: string
  /** Only for the operator. */
  readonly address?: string
  /** Absent before the first comparison. */
  readonly agrees?: boolean
  readonly apart?: number
  readonly connectedSeconds: number
}

export interface OverLimit {
  /** Only for the operator. */
  readonly client?: string
  readonly kind: string
  readonly refused: number
  readonly freeInSeconds: number
}

/** Bytes. */
export interface Disk {
  readonly used: number
  readonly free: number
}
