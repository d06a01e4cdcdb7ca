import type { Conversation as Channel } from "@wafer/sdk"
import { typingNotification } from "@wafer/sdk/codecs/typing-notification"
import type { SharedState } from "./shared.ts"

/** Who is writing: told and heard over topics that nodes do not keep. */
export interface Typing {
  /** I am writing here; told at most every few seconds. */
  tell(conversation: string): Promise<void>
  /** I have sent what I was writing: the next letter is news again. */
  sent(conversation: string): void
  /** Listens where the reader is. One conversation at a time. */
  listen(conversation: string): Promise<void>
  /** The peer of a conversation has finished writing: the message is here. */
  wrote(conversation: string): void
  stop(): void
}

const TELL_EVERY_MS = 3000
const GONE_AFTER_MS = 6000

// Over HTTP/1.1 a browser has six connections to a node for all its accounts, of which each keeps one.
const STREAMS = 4

/** Whether one more stream leaves connections for everything else. */
async function hasRoom(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query()
  return held.filter(({ name }) => name?.startsWith("wafer-")).length < STREAMS
}

export function typing(
  { me, shared, channel }: {
    me: string
    shared: SharedState
    channel: (conversation: string) => Promise<Channel>
  },
): Typing {
  const told = new Map<string, number>()
  let listening: { readonly conversation: string; readonly end: AbortController } | undefined

  function set(conversation: string, until: number): void {
    shared.set({ typing: { ...shared.get().typing, [conversation]: until } })
  }

  return {
    async tell(conversation) {
      const now = Date.now()
      if (now - (told.get(conversation) ?? 0) < TELL_EVERY_MS) return
      told.set(conversation, now)
      const value = { timestamp: new Date(now), typerAddress: me, isFinished: false }
      await (await channel(conversation)).send(value, typingNotification, { ephemeral: true })
    },
    sent: (conversation) => void told.delete(conversation),
    async listen(conversation) {
      if (listening?.conversation === conversation) return
      listening?.end.abort()
      listening = undefined
      if (!await hasRoom()) return
      const end = new AbortController()
      listening = { conversation, end }
      const { signal } = end
      const stream = (await channel(conversation)).stream({ ephemeral: true, signal })
      try {
        await navigator.locks.request(
          `wafer-typing-${crypto.randomUUID()}`,
          { signal },
          async () => {
            for await (const message of stream) {
              if (message.senderAddress === me || !message.is(typingNotification)) continue
              set(conversation, message.content.isFinished ? 0 : Date.now() + GONE_AFTER_MS)
            }
          },
        )
      } catch (error) {
        // Ended by listening elsewhere; any other end leaves the inbox without "Writing…" and whole.
        if (!signal.aborted) listening = undefined
        else if (error !== signal.reason) throw error
      }
    },
    wrote(conversation) {
      if (shared.get().typing[conversation]) set(conversation, 0)
    },
    stop: () => listening?.end.abort(),
  }
}
