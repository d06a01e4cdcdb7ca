import { toAddress } from "../protocol/address.ts"
import { usage } from "./arguments.ts"
import type { Command } from "./command.ts"
import { messageJson } from "./show.ts"

/** Sends one text. */
export const send: Command = {
  usage: "send ADDRESS TEXT",
  summary: "send a text; - in its place reads it from standard input",
  options: {
    conversation: { value: "ID", summary: "in the conversation of this id, not the common one" },
  },
  async run({ arguments: [address, given], options, connect, terminal, json }) {
    if (address === undefined || given === undefined) throw usage("send needs ADDRESS and TEXT")
    const peer = toAddress(address)
    const text = given === "-" ? await terminal.input() : given
    await using client = await connect()
    const id = options.conversation
    const conversation = await client.conversations.newConversation(peer, {
      ...(id !== undefined && { context: { conversationId: id, metadata: {} } }),
      signal: terminal.signal,
    })
    const message = await conversation.send(text, { signal: terminal.signal })
    terminal.result(json ? messageJson(message) : message.id)
  },
}
