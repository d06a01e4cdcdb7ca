// What arrives at keepers of other shards, as it arrives: one stream to each keeper that is listened to,
// for all readers of this node together.
import type { Envelope } from "@wafer/proto"
import { asking, Declined, MAX_CHANGES, type Open, openForward } from "./forward-frames.ts"
import { ProtocolError } from "../framing.ts"

export interface Live {
  /**
   * Hears what arrives at a peer under these topics, from when it resolves until the result is called.
   * `lost` is called when it ends before that; then something may have been missed.
   */
  watch(peer: string, topics: readonly string[], lost: () => void): Promise<() => void>
  /** Whether anybody waits for what arrives at a peer. */
  listensTo(peer: string): boolean
  /** Ends what is heard from a peer. */
  drop(peer: string): void
  close(): void
}

export interface LiveOptions {
  readonly open: Open
  /** Called once with each envelope, however many watch its topic at the peer. */
  readonly arrived: (envelope: Envelope) => void
  /** A peer broke the stream off, or the protocol. */
  readonly failed: (peer: string, error: unknown) => void
  /** An envelope came that nobody waits for. */
  readonly unwanted: () => void
  /** How long a change may take. */
  readonly timeoutMs: number
  /** How long a stream may be silent: a keeper says that it is alive more often. */
  readonly silenceMs: number
}

interface Link {
  watch(topics: readonly string[], lost: () => void): Promise<() => void>
  end(reason: Error): void
}

export function createLive(options: LiveOptions): Live {
  const links = new Map<string, Promise<Link>>()
  /** Peers whose topics somebody watches. */
  const watched = new Set<string>()

  function linkTo(peer: string): Promise<Link> {
    const open = links.get(peer)
    if (open) return open
    const link = openLink(peer)
    links.set(peer, link)
    link.catch(() => links.delete(peer))
    return link
  }

  async function openLink(peer: string): Promise<Link> {
    const stream = await openForward(peer, options.open, options.silenceMs)
    const watchers = new Map<string, Set<() => void>>()
    // Changes that the keeper has not made yet, oldest first.
    const changes: { readonly made: () => void; readonly failed: (reason: Error) => void }[] = []
    let ended: Error | undefined

    function end(reason: Error): void {
      if (ended) return
      ended = reason
      links.delete(peer)
      watched.delete(peer)
      stream.abort(reason)
      for (const { failed } of changes) failed(reason)
      for (const lost of new Set([...watchers.values()].flatMap((some) => [...some]))) lost()
    }

    async function hear(): Promise<void> {
      for (;;) {
        const { frame } = await stream.read()
        if (frame.case === "envelope") {
          if (watchers.has(frame.value.contentTopic)) options.arrived(frame.value)
          else options.unwanted()
        } else if (frame.case === "done") {
          const change = changes.shift()
          if (!change) throw new ProtocolError("violation", "an answer without a question")
          change.made()
        } else if (frame.case === "refused") {
          throw new Declined(frame.value)
        } else if (frame.case !== "alive") {
          throw new ProtocolError("malformed", "an empty frame")
        }
      }
    }

    async function change(add: string[], remove: string[]): Promise<void> {
      if (ended) throw ended
      const made = new Promise<void>((made, failed) => changes.push({ made, failed }))
      const late = setTimeout(
        () => fail(new ProtocolError("timeout", "the keeper changes nothing")),
        options.timeoutMs,
      )
      try {
        await Promise.all([made, stream.write(asking({ case: "live", value: { add, remove } }))])
      } catch (error) {
        // What the keeper may not have heard of must not pass for watched.
        fail(error as Error)
        throw error
      } finally {
        clearTimeout(late)
      }
    }

    function fail(error: Error): void {
      if (ended) return
      // Whoever waits for a change learns of it that way.
      const unheard = changes.length === 0
      end(error)
      if (unheard) options.failed(peer, error)
    }

    void hear().catch(fail)

    return {
      end,
      async watch(topics, lost) {
        if (ended) throw ended
        const mine = [...new Set(topics)]
        // Until this resolves, whoever called it hears of a failure by that.
        let resolved = false
        const gone = () => void (resolved && lost())
        watched.add(peer)
        const fresh = mine.filter((topic) => !watchers.has(topic))
        for (const topic of mine) {
          const some = watchers.get(topic)
          if (some) some.add(gone)
          else watchers.set(topic, new Set([gone]))
        }
        // Others may be waiting for the rest: an empty change is made after theirs.
        for (let at = 0; at === 0 || at < fresh.length; at += MAX_CHANGES) {
          await change(fresh.slice(at, at + MAX_CHANGES), [])
        }
        resolved = true
        return () => {
          const over = mine.filter((topic) => {
            const some = watchers.get(topic)
            return some?.delete(gone) && some.size === 0 && watchers.delete(topic)
          })
          if (ended) return
          if (watchers.size === 0) watched.delete(peer)
          for (let at = 0; at < over.length; at += MAX_CHANGES) {
            change([], over.slice(at, at + MAX_CHANGES)).catch(() => {})
          }
        }
      },
    }
  }

  function drop(peer: string): void {
    const reason = new ProtocolError("closed", "nothing more is heard from this keeper")
    links.get(peer)?.then(({ end }) => end(reason), () => {})
  }

  return {
    watch: async (peer, topics, lost) => await (await linkTo(peer)).watch(topics, lost),
    listensTo: (peer) => watched.has(peer),
    drop,
    close: () => [...links.keys()].forEach(drop),
  }
}
