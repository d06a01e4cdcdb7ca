import { fromBase64 } from "../bytes.ts"
import { Client } from "../client.ts"
import { WaferError } from "../error.ts"
import { localKeystore } from "../keystore/local-keystore.ts"
import { randomSecret } from "../protocol/private-key.ts"
import { privateKeySigner } from "../protocol/signer.ts"
import { usage } from "./arguments.ts"
import type { Call, Command } from "./command.ts"
import { parseWalletKey } from "./profile.ts"
import { json } from "./show.ts"

/** Makes a wallet and its account. */
export const accountCreate: Command = {
  usage: "account create",
  summary: "make a new account and put it on the network",
  run: (call) => join(call, randomSecret()),
}

/** Takes over an account. */
export const accountImport: Command = {
  usage: "account import",
  summary: "take over an account; its wallet's private key is read from standard input",
  options: {
    keys: { value: "", summary: "read what `wafer export keys` wrote, in place of a wallet's key" },
  },
  async run(call) {
    await requireNone(call)
    const text = (await call.terminal.input()).trim()
    if (call.options.keys === undefined) return join(call, parseWalletKey(text))
    const keys = fromBase64(text)
    if (!keys?.length) throw usage("expected the keys in base64")
    await using client = await Client.withKeys(keys, call.clientOptions())
    await call.profile.create({ keys })
    tell(call, client.address)
  },
}

/** Shows whose account lies here. */
export const accountShow: Command = {
  usage: "account show",
  summary: "print the account's address",
  async run(call) {
    const keys = await call.profile.keys()
    if (!keys) throw noAccount(call)
    tell(call, (await localKeystore(keys).account()).address)
  },
}

/** No account lies here yet. */
export function noAccount({ profile }: Call): WaferError {
  return new WaferError(
    "store",
    `there is no account in ${profile.location}: try \`wafer account create\``,
  )
}

async function join(call: Call, wallet: Uint8Array): Promise<void> {
  await requireNone(call)
  await using client = await Client.create(privateKeySigner(wallet), call.clientOptions())
  await call.profile.create({ keys: await client.exportKeys(), wallet })
  tell(call, client.address)
}

async function requireNone({ profile }: Call): Promise<void> {
  if (await profile.keys()) {
    throw new WaferError("store", `there is an account already in ${profile.location}`)
  }
}

function tell({ json: asJson, terminal, profile }: Call, address: string): void {
  terminal.result(asJson ? json({ address, location: profile.location }) : address)
}
