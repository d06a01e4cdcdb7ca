import type { Command } from "./command.ts"
import { parseMoment } from "./arguments.ts"
import { conversationsWith } from "./list.ts"
import { messageJson, messageLine } from "./show.ts"
import { WaferError } from "../error.ts"

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
    await using client = await call.connect()
    const since = options.since === undefined ? undefined : parseMoment(options.since)
    const show = json ? messageJson : messageLine
    const [conversation] = await conversationsWith(client, call, address)
    if (!conversation) throw new WaferError("not-registered", `no conversation with ${address}`)
    const messages = conversation.stream({ ...(since && { since }), signal: terminal.signal })
    for await (const message of messages) terminal.result(show(message))
  },
}
