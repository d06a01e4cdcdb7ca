import { Client, type ClientOptions } from "../client.ts"
import { attachment } from "../codecs/attachment.ts"
import { composite } from "../codecs/composite.ts"
import { reaction } from "../codecs/reaction.ts"
import { readReceipt } from "../codecs/read-receipt.ts"
import { remoteAttachment } from "../codecs/remote-attachment.ts"
import { reply } from "../codecs/reply.ts"
import { transactionReference } from "../codecs/transaction-reference.ts"
import { typingNotification } from "../codecs/typing-notification.ts"
import type { Codec } from "../content/content.ts"
import { WaferError } from "../error.ts"
import type { Store } from "../stores/store.ts"
import type { Transport } from "../network/transport.ts"
import { accountCreate, accountImport, accountShow, noAccount } from "./account.ts"
import { parseArguments, usage } from "./arguments.ts"
import type { Call, Command, Terminal } from "./command.ts"
import { allow, consent, deny } from "./consent.ts"
import { exitCodeOf, exitCodes } from "./exit-code.ts"
import { exportCommand } from "./export.ts"
import { list } from "./list.ts"
import { openProfile } from "./profile.ts"
import { send } from "./send.ts"
import { json, printable } from "./show.ts"
import { stream } from "./stream.ts"

const commands: readonly Command[] = [
  accountCreate,
  accountImport,
  accountShow,
  send,
  list,
  stream,
  allow,
  deny,
  consent,
  exportCommand,
]

const codecs: readonly Codec<unknown>[] = [
  attachment,
  composite,
  reaction,
  readReceipt,
  remoteAttachment,
  reply,
  transactionReference,
  typingNotification,
]

/** What the program starts from. */
export interface Start {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly terminal: Terminal
  /** The folder of the account when no option names one. */
  readonly home: string
  /** Opens a store in a folder that nobody else may read. */
  openStore(folder: string): Store
  /** Reaches the node at a URL. */
  openTransport(url: string): Transport
}

const common = {
  node: {
    value: "URL",
    summary: "the node to use, http://localhost:5555 when absent (WAFER_NODE)",
  },
  home: { value: "DIR", summary: "where the account lies, ~/.wafer when absent (WAFER_HOME)" },
  json: { value: "", summary: "print results as JSON, one value a line" },
  help: { value: "", summary: "print this" },
} as const

/** Runs the program and resolves with its exit code. Whatever goes wrong is told, not thrown. */
export async function run(start: Start): Promise<number> {
  const { terminal, words } = start
  try {
    const { positionals, options } = parseArguments(words, takesValue)
    const command = commands.find(({ usage }) => isPrefix(nameOf(usage), positionals))
    if (options.help !== undefined) {
      terminal.result(help(command))
      return exitCodes.done
    }
    if (!command) throw usage(`expected a command: see wafer --help`)
    const odd = Object.keys(options).find((name) => !(name in { ...common, ...command.options }))
    if (odd) throw usage(`wafer ${nameOf(command.usage).join(" ")} has no option --${odd}`)
    await command.run(callOf(start, options, positionals.slice(nameOf(command.usage).length)))
    return exitCodes.done
  } catch (error) {
    terminal.progress(undefined)
    if (terminal.signal.aborted) return exitCodes.interrupted
    const code = error instanceof WaferError ? error.code : "failed"
    const message = error instanceof Error ? error.message : String(error)
    const asJson = words.includes("--json")
    terminal.note(asJson ? json({ error: { code, message } }) : `wafer: ${printable(message)}`)
    return exitCodeOf(error)
  }
}

function callOf(
  { environment, home, openStore, openTransport, terminal }: Start,
  options: Call["options"],
  words: readonly string[],
): Call {
  const node = options.node ?? environment.WAFER_NODE ?? "http://localhost:5555"
  const folder = options.home ?? environment.WAFER_HOME ?? home
  const profile = openProfile(openStore(folder), folder)
  const clientOptions = (): ClientOptions => ({
    transport: openTransport(node),
    store: profile.store,
    codecs,
    signal: terminal.signal,
  })
  const call: Call = {
    arguments: words,
    options,
    json: options.json !== undefined,
    terminal,
    profile,
    clientOptions,
    async connect() {
      const keys = await profile.keys()
      if (!keys) throw noAccount(call)
      return await Client.withKeys(keys, clientOptions())
    },
  }
  return call
}

const takesValue: Readonly<Record<string, boolean>> = Object.fromEntries(
  [common, ...commands.map(({ options }) => options ?? {})]
    .flatMap((options) => Object.entries(options))
    .map(([name, { value }]) => [name, value !== ""]),
)

/** The words of a usage that are typed as they are. */
function nameOf(usage: string): string[] {
  return usage.split(" ").filter((word) => word === word.toLowerCase())
}

function isPrefix(prefix: readonly string[], words: readonly string[]): boolean {
  return prefix.every((word, i) => word === words[i])
}

function help(command: Command | undefined): string {
  if (command) {
    return `wafer ${command.usage}\n  ${command.summary}\n\noptions\n${
      optionLines({ ...command.options, ...common })
    }`
  }
  const width = Math.max(...commands.map(({ usage }) => usage.length))
  const lines = commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`)
  return `wafer: sealed messages between blockchain accounts

commands
${lines.join("\n")}

options of every command; wafer COMMAND --help tells the others
${optionLines(common)}

exit codes
  0 done, 1 failed, 2 not understood, 3 the account on this machine (none, or one in the way),
  4 the recipient has not joined, 5 the node was not reached, 6 the node refused, 130 interrupted`
}

function optionLines(options: NonNullable<Command["options"]>): string {
  const rows = Object.entries(options)
    .map(([name, { value, summary }]) => [`--${name} ${value}`.trim(), summary] as const)
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`).join("\n")
}
