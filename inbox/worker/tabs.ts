// Several tabs of one profile, one account at work: whoever holds the lock receives and sends, and all
// tabs, its own too, ask it over a channel. When its tab closes, the lock passes on.
import type { Engine, News } from "../protocol.ts"
import { type Remote, remote, serve } from "../rpc.ts"
import type { RunningEngine } from "./engine.ts"

export interface Tabs {
  /** The engine, wherever it runs. */
  readonly engine: Remote<Engine>
  /** Lets go of the profile. */
  leave(): Promise<void>
}

export interface TabsOptions {
  readonly profile: string
  /** Starts the engine in this tab: it has the lock. */
  readonly lead: (tell: (news: News) => void) => Promise<RunningEngine>
  readonly onNews: (news: News) => void
}

/** What the leading tab says to all; questions and answers are rpc's. */
interface Said {
  readonly news?: News
  /** It has just begun to lead. */
  readonly leads?: true
}

export function tabs({ profile, lead, onNews }: TabsOptions): Tabs {
  const name = `wafer-${profile}`
  const asking = new BroadcastChannel(name)
  const asked = remote<Engine>(asking, "engine")
  const left = new AbortController()
  let leading: Promise<void> | undefined

  asking.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    if (data.news) onNews(data.news)
    // Whoever led before has gone, and took unanswered questions along.
    if (data.leads) asked.askAgain()
  })

  async function run(): Promise<void> {
    // A channel does not hear itself: the one that answers is not the one that asks.
    const answering = new BroadcastChannel(name)
    const say = (said: Said) => answering.postMessage(said)
    const engine = await lead((news) => say({ news }))
    const stop = serve<Engine>(answering, "engine", engine)
    say({ leads: true })
    await new Promise((resolve) => left.signal.addEventListener("abort", resolve))
    stop()
    await engine.close()
    answering.close()
  }
  navigator.locks.request(name, { signal: left.signal }, () => leading = run()).catch((error) => {
    if (!left.signal.aborted) throw error
  })

  return {
    engine: asked.functions,
    async leave() {
      left.abort()
      await leading
      asking.close()
    },
  }
}
