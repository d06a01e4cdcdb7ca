// The judge of a run: what each node was given, acknowledged, took and holds in the end.
import assert from "node:assert/strict"
import { idText } from "../../node/p2p/repair/rbsr/key.ts"
import type { Store } from "../../node/store/store.ts"

export interface History {
  /** A publisher is about to hand an envelope to a node. */
  sent(id: Uint8Array): void
  /** The node has said that it is stored. */
  acknowledged(id: Uint8Array): void
  /** A node has stored an envelope. */
  stored(node: string, id: Uint8Array): void
  /**
   * Fails unless every node holds the same: all that was acknowledged, nothing that nobody sent,
   * and each envelope was stored once.
   */
  judge(stores: ReadonlyMap<string, Store>): Promise<void>
}

type Held = [node: string, ids: string[]]

export function createHistory(): History {
  const sent = new Set<string>()
  const acknowledged = new Set<string>()
  const stored = new Map<string, number>()
  return {
    sent: (id) => void sent.add(idText(id)),
    acknowledged: (id) => void acknowledged.add(idText(id)),
    stored(node, id) {
      const name = `${node} ${idText(id)}`
      stored.set(name, (stored.get(name) ?? 0) + 1)
    },
    async judge(stores) {
      const held = new Map<string, string[]>()
      for (const [node, store] of stores) {
        const ids = (await store.log(0n, 1_000_000)).map(({ id }) => idText(id))
        const here = new Set(ids)
        const lost = [...acknowledged].filter((id) => !here.has(id))
        assert.equal(lost.length, 0, `${node} lost ${lost.length} of ${acknowledged.size}`)
        assert.deepEqual(ids.filter((id) => !sent.has(id)), [], `${node} made something up`)
        held.set(node, ids.sort())
      }
      const [[first, all], ...others] = [...held] as [Held, ...Held[]]
      for (const [node, ids] of others) assert.deepEqual(ids, all, `${node} and ${first} differ`)
      for (const [name, times] of stored) assert.equal(times, 1, `${name} was stored again`)
    },
  }
}
