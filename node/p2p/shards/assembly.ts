// The assembly of this room, the asking side: whom to call, whom to ask, and how.
import type { Envelope } from "@wafer/proto"
import type { Directory } from "../join/directory.ts"
import type { Fellows } from "../join/fellows.ts"
import type { PeerLog } from "../metrics.ts"
import { type CallsOptions, createCalls } from "./calls.ts"
import { createElsewhere, type Elsewhere } from "./elsewhere.ts"
import { createForwarder } from "./forward.ts"
import { Declined, FORWARD, type Open } from "./forward-frames.ts"
import { createKeepers } from "./keepers.ts"
import { createLive } from "./live.ts"

export interface ShardsRoomOptions extends Pick<CallsOptions, "dial" | "hangUp" | "misled"> {
  /** Into how many shards the network is divided. */
  readonly shards: number
  /** How many keepers are asked to show and to store. */
  readonly witnesses: number
  readonly fellows: Fellows
  readonly directory: Directory
  /** Shows live readers what has arrived at a keeper. */
  readonly arrived: (envelope: Envelope) => void
  readonly open: Open
  readonly blame: (peer: string, protocol: string, error: unknown) => void
  readonly timings: { readonly forward: number; readonly heartbeat: number }
  readonly log: PeerLog
  readonly now: () => number
}

export interface ShardsRoom {
  readonly elsewhere: Elsewhere
  /** Resolves when `witnesses` keepers of a shard are connected, or no more are to be had in time. */
  call(shard: number): Promise<void>
  /** A peer has left. */
  forget(peer: string): void
  /** Lets go of whom nobody asks; call it now and then. */
  tick(): void
  close(): void
}

export function assembleShards(options: ShardsRoomOptions): ShardsRoom {
  const { shards, witnesses, fellows, open, timings, log, now } = options
  const calls = createCalls({
    connected: fellows.keepersOfAll,
    absent: options.directory.absent,
    dial: options.dial,
    hangUp: options.hangUp,
    misled: options.misled,
    inUse: (peer) => live.listensTo(peer) || forwarder.isBusy(peer),
    timeoutMs: timings.forward,
    log,
    now,
  })
  const keepers = createKeepers({
    candidates: fellows.keepersByTrust,
    shards,
    call: calls.call,
    answered: calls.answered,
    blame(peer, error) {
      if (error instanceof Declined) return log.count("limited", { kind: "forward" })
      live.drop(peer)
      options.blame(peer, FORWARD, error)
    },
    now,
  })
  const silenceMs = 3 * timings.heartbeat
  const live = createLive({
    open,
    arrived: options.arrived,
    failed: keepers.failed,
    unwanted: () => log.count("forwards", { role: "asker", kind: "live", result: "unwanted" }),
    timeoutMs: timings.forward,
    silenceMs,
  })
  const forwarder = createForwarder({ open, timeoutMs: timings.forward, silenceMs })
  return {
    elsewhere: createElsewhere({ shards, keepers, forwarder, live, witnesses, log }),
    call: (shard) => calls.call([shard], witnesses),
    forget(peer) {
      calls.forget(peer)
      forwarder.forget(peer)
    },
    tick: calls.tick,
    close: live.close,
  }
}
