import { toAddress } from "../protocol/address.ts"
import type { Conversation } from "../conversation.ts"
import type { Message } from "../message.ts"
import { parseCount, parseMoment, usage } from "./arguments.ts"
import type { Call, Command, Terminal } from "./command.ts"
import { conversationJson, conversationLine, messageJson, messageLine } from "./show.ts"

/** Lists conversations, or the messages of those with one peer. */
export const list: Command = {
  usage: "list [ADDRESS]",
  summary: "print all conversations, or the messages with one address, oldest first",
  options: {
    limit: { value: "N", summary: "only the newest N messages" },
    since: { value: "TIME", summary: "only messages since a date, or an age such as 2h" },
    conversation: { value: "ID", summary: "only the conversation of this id" },
  },
  async run(call) {
    const { arguments: [address], options, terminal, json } = call
    const isWanted = wanted(call)
    if (address === undefined && (options.limit ?? options.since) !== undefined) {
      throw usage("--limit and --since are about messages: list needs an ADDRESS")
    }
    const range: Range = {
      limit: options.limit === undefined ? Infinity : parseCount(options.limit),
      ...(options.since !== undefined && { since: parseMoment(options.since) }),
    }
    await using client = await call.connect()
    const all = await client.conversations.list({ signal: terminal.signal })
    const conversations = all.filter(isWanted)
    if (address === undefined) {
      const show = json ? conversationJson : conversationLine
      for (const conversation of conversations) terminal.result(show(conversation))
    } else {
      const show = json ? messageJson : messageLine
      const messages = await newest(conversations, range, terminal)
      for (const message of messages) terminal.result(show(message))
    }
  },
}

/** Tells the conversations that a call names by address and id: all when it names none. */
export function wanted(
  { arguments: [address], options: { conversation: id } }: Call,
): (conversation: Conversation) => boolean {
  const peer = address === undefined ? undefined : toAddress(address)
  return ({ peerAddress, context }) =>
    (peer === undefined || peerAddress === peer) &&
    (id === undefined || context?.conversationId === id)
}

interface Range {
  readonly limit: number
  readonly since?: Date
}

/** The newest messages of several conversations, oldest first. */
async function newest(
  conversations: readonly Conversation[],
  { limit, ...range }: Range,
  terminal: Terminal,
): Promise<Message[]> {
  const messages: Message[] = []
  const { signal } = terminal
  for (const conversation of conversations) {
    let missing = limit
    for await (const page of conversation.pages({ ...range, direction: "descending", signal })) {
      messages.push(...page.slice(0, missing))
      missing -= page.length
      terminal.progress(`${messages.length} messages`)
      if (missing <= 0) break
    }
  }
  terminal.progress(undefined)
  // A sender can name a time that no date can hold.
  const time = ({ sent }: Message) => sent.getTime() || 0
  return messages.sort((a, b) => time(b) - time(a)).slice(0, limit).reverse()
}
