import type { Command } from "./command.ts"
import { parseMoment } from "./arguments.ts"
import { conversationsWith } from "./list.ts"
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
    const { arguments: [address], options, terminal, json } = call
    const since = options.since === undefined ? undefined : parseMoment(options.since)
    await using client = await call.connect()
    const wanted = new Map<string, boolean>()

    async function isWanted(topic: string): Promise<boolean> {
      if (!wanted.has(topic)) {
        const conversations = await conversationsWith(client, call, address)
        wanted.set(topic, conversations.some((conversation) => conversation.topic === topic))
      }
      return wanted.get(topic)!
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
      if (await isWanted(message.conversationTopic)) terminal.result(show(message))
    }
  },
}
