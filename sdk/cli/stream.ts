import type { Command } from "./command.ts"
import { parseMoment } from "./arguments.ts"
import { wanted } from "./list.ts"
import { messageJson, messageLine } from "./show.ts"

/** Prints messages as they come. */
export const stream: Command = {
  usage: "stream [ADDRESS]",
  summary: "print messages as they come, of all conversations or of those with one address",
  options: {
    since: { value: "TIME", summary: "first those since a date, or an age such as 2h" },
    conversation: { value: "ID", summary: "only the conversation of this id" },
  },
  async run(call) {
    const { options, terminal, json } = call
    const isWanted = wanted(call)
    const since = options.since === undefined ? undefined : parseMoment(options.since)
    await using client = await call.connect()
    const topics = new Map<string, boolean>()

    /** Whether a topic is one of those wanted; conversations begin while the stream is open. */
    async function isShown(topic: string): Promise<boolean> {
      if (!topics.has(topic)) {
        for (const conversation of await client.conversations.known()) {
          topics.set(conversation.topic, isWanted(conversation))
        }
      }
      return topics.get(topic) ?? false
    }

    const show = json ? messageJson : messageLine
    const messages = client.conversations.streamAllMessages({
      ...(since && { since }),
      signal: terminal.signal,
      onState(state, error) {
        terminal.progress(state === "live" ? undefined : state)
        if (error && state === "waiting") terminal.note(`wafer: ${error.message}; trying again`)
      },
    })
    for await (const message of messages) {
      if (await isShown(message.conversationTopic)) terminal.result(show(message))
    }
  },
}
