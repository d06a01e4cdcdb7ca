import { toBase64 } from "../bytes.ts"
import { WaferError } from "../error.ts"
import { usage } from "./arguments.ts"
import { noAccount } from "./account.ts"
import type { Call, Command } from "./command.ts"
import { formatWalletKey } from "./profile.ts"
import { messageJson } from "./show.ts"

/** Writes out what the account consists of. */
export const exportCommand: Command = {
  usage: "export WHAT",
  summary: "print `keys`, the `wallet`'s private key, or all `messages` as JSON lines",
  options: {
    out: { value: "FILE", summary: "write to a new file that only you may read" },
  },
  async run(call) {
    const [what] = call.arguments
    const write = what !== undefined && Object.hasOwn(writers, what) ? writers[what] : undefined
    if (!write) throw usage(`export needs one of ${Object.keys(writers).join(", ")}`)
    const { out } = call.options
    if (out === undefined) {
      for await (const line of write(call)) call.terminal.result(line)
    } else {
      let text = ""
      for await (const line of write(call)) text += `${line}\n`
      await call.terminal.save(out, text)
    }
  },
}

const writers: Record<string, (call: Call) => AsyncIterable<string>> = {
  async *keys(call) {
    const keys = await call.profile.keys()
    if (!keys) throw noAccount(call)
    yield toBase64(keys)
  },

  async *wallet(call) {
    const key = await call.profile.wallet()
    if (!key) throw new WaferError("store", "this account's wallet is kept elsewhere")
    yield formatWalletKey(key)
  },

  async *messages({ connect, terminal }) {
    await using client = await connect()
    const conversations = await client.conversations.list({ signal: terminal.signal })
    let count = 0
    for (const [i, conversation] of conversations.entries()) {
      for await (const page of conversation.pages({ signal: terminal.signal })) {
        yield* page.map(messageJson)
        count += page.length
        terminal.progress(`${i + 1} of ${conversations.length} conversations, ${count} messages`)
      }
    }
    terminal.progress(undefined)
  },
}
