import { toAddress } from "../address.ts"
import type { Client } from "../client.ts"
import type { Conversation } from "../conversation.ts"
import type { Message } from "../message.ts"
import { parseCount, parseMoment } from "./arguments.ts"
import type { Call, Command } from "./command.ts"
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
    const { arguments: [address], terminal, json } = call
    await using client = await call.connect()
    const conversations = await conversationsWith(client, call, address)
    if (address === undefined) {
      const show = json ? conversationJson : conversationLine
      for (const conversation of conversations) terminal.result(show(conversation))
    } else {
      const show = json ? messageJson : messageLine
      for (const message of await messagesOf(conversations, call)) terminal.result(show(message))
    }
  },
}

/** The account's conversations, or those with one peer. */
export async function conversationsWith(
  client: Client,
  { options: { conversation: id }, terminal }: Call,
  address: string | undefined,
): Promise<Conversation[]> {
  const peer = address === undefined ? undefined : toAddress(address)
  const all = await client.conversations.list({ signal: terminal.signal })
  return all.filter(({ peerAddress, context }) =>
    (peer === undefined || peerAddress === peer) &&
    (id === undefined || context?.conversationId === id)
  )
}

async function messagesOf(
  conversations: readonly Conversation[],
  { options, terminal }: Call,
): Promise<Message[]> {
  const limit = options.limit === undefined ? Infinity : parseCount(options.limit)
  const messages: Message[] = []
  for (const conversation of conversations) {
    const range = {
      direction: "descending",
      ...(options.since !== undefined && { since: parseMoment(options.since) }),
      signal: terminal.signal,
    } as const
    let missing = limit
    for await (const page of conversation.pages(range)) {
      messages.push(...page.slice(0, missing))
      missing -= page.length
      terminal.progress(`${messages.length} messages`)
      if (missing <= 0) break
    }
  }
  terminal.progress(undefined)
  // A sender can name a time that no date can hold.
  const time = ({ sent }: Message) => sent.getTime() || 0
  const sorted = messages.sort((a, b) => time(a) - time(b))
  return limit === Infinity ? sorted : sorted.slice(Math.max(0, sorted.length - limit))
}
