import { toAddress } from "../protocol/address.ts"
import { usage } from "./arguments.ts"
import type { Call, Command } from "./command.ts"
import { json, printable } from "./show.ts"

/** Lets addresses write to the account. */
export const allow: Command = {
  usage: "allow ADDRESS...",
  summary: "let addresses write to you, on all your devices",
  run: (call) => set(call, "allow"),
}

/** Says that addresses are not welcome. */
export const deny: Command = {
  usage: "deny ADDRESS...",
  summary: "say that addresses are not welcome, on all your devices",
  run: (call) => set(call, "deny"),
}

/** Shows what was said. */
export const consent: Command = {
  usage: "consent [ADDRESS...]",
  summary: "print whom you allowed and denied, or what you said of these addresses",
  async run({ arguments: addresses, connect, terminal, json: asJson }) {
    await using client = await connect()
    const { contacts } = client
    const call = { signal: terminal.signal }
    const entries = addresses.length === 0
      ? await contacts.list(call)
      : await Promise.all(addresses.map(async (address) => {
        const state = await contacts.consent(address, call)
        return { kind: "address", value: toAddress(address), state }
      }))
    for (const { kind, value, state } of entries) {
      const line = `${state.padEnd(7)}  ${kind === "address" ? "" : `${kind} `}${printable(value)}`
      terminal.result(asJson ? json({ kind, value, state }) : line)
    }
  },
}

async function set(
  { arguments: addresses, connect, terminal }: Call,
  verb: "allow" | "deny",
): Promise<void> {
  if (addresses.length === 0) throw usage(`${verb} needs an address`)
  const checked = addresses.map(toAddress)
  await using client = await connect()
  await client.contacts[verb](checked, { signal: terminal.signal })
}
