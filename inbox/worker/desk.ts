import type { Signer } from "@wafer/sdk"
import type { Found } from "../actions.ts"
import type { Account } from "../model.ts"
import type { Desk, PageSide, Standing } from "../protocol.ts"
import type { Remote } from "../rpc.ts"
import { type Database, databaseName, openDatabase } from "./database.ts"
import { describe } from "./node.ts"
import {
  exported,
  imported,
  makeDeviceKey,
  open,
  type Sealed,
  sealForDevice,
  sealWithPassphrase,
  type Secrets,
} from "./vault.ts"

/** An account that is open: its secrets are in this worker, and nowhere else. */
export interface OpenAccount {
  readonly profile: string
  readonly node: string
  readonly account: Account
  readonly secrets: Secrets
  readonly database: Database
}

export interface DeskOptions {
  readonly page: Remote<PageSide>
  /** The account is open: the inbox may begin. */
  readonly onOpen: (account: OpenAccount) => void
  /** The account is to be forgotten: everything that holds its database lets go. */
  readonly onForget: () => Promise<void>
}

const sdk = () =>
  import("./sdk.ts").catch((cause) => {
    throw new Error("the node cannot be reached", { cause })
  })

/** Makes, opens, exports and forgets the account of one window. */
export function desk({ page, onOpen, onForget }: DeskOptions): Desk {
  let profile = ""
  let node = ""
  let database: Database
  let opened: { readonly account: Account; readonly secrets: Secrets } | undefined
  let found:
    | { readonly found: Found; readonly secrets: Secrets | { wallet: Uint8Array } }
    | undefined

  /** Loads or makes the account on the network, seals its secrets into this browser, and opens it. */
  async function enrol(
    kind: Account["kind"],
    signer: Signer | Uint8Array,
    wallet?: Uint8Array,
  ): Promise<Account> {
    const { Client, http } = await sdk()
    const transport = http(node)
    const client = signer instanceof Uint8Array
      ? await Client.withKeys(signer, { transport })
      : await Client.create(signer, { transport })
    const secrets: Secrets = { keys: await client.exportKeys(), ...(wallet && { wallet }) }
    const account: Account = { address: client.address, kind, passphrase: false }
    await client.close()
    await keep(account, secrets)
    onOpen({ profile, node, account, secrets, database })
    return account
  }

  async function keep(account: Account, secrets: Secrets, passphrase = ""): Promise<Account> {
    const kept = { ...account, passphrase: passphrase !== "" }
    const { deviceKey = await makeDeviceKey() } = await database.values("deviceKey")
    const sealed = passphrase
      ? await sealWithPassphrase(secrets, passphrase)
      : await sealForDevice(secrets, deviceKey)
    await database.setValue("deviceKey", deviceKey)
    await database.setValue("vault", sealed)
    await database.setValue("account", kept)
    opened = { account: kept, secrets }
    return kept
  }

  function current(): NonNullable<typeof opened> {
    if (!opened) throw new Error("No account is open.")
    return opened
  }

  return {
    async begin(name, url): Promise<Standing> {
      profile = name
      database = await openDatabase(profile)
      const kept = await database.values("node", "account", "vault", "deviceKey")
      const { account, vault, deviceKey } = kept
      node = kept.node?.url ?? url
      if (!account) return { state: "none" }
      if (account.passphrase) return { state: "locked" }
      const secrets = vault && deviceKey ? await open(vault as Sealed, deviceKey) : undefined
      if (!secrets) return { state: "unreadable" }
      opened = { account, secrets }
      onOpen({ profile, node, account, secrets, database })
      return { state: "open", account }
    },

    async create() {
      const { privateKeySigner } = await sdk()
      const wallet = crypto.getRandomValues(new Uint8Array(32))
      return await enrol("local", privateKeySigner(wallet), wallet)
    },
    useWallet: (address) =>
      enrol("wallet", {
        getAddress: () => address,
        signMessage: (text: string) => page.sign(address, text),
      }),

    async read(text, passphrase) {
      const secrets = await imported(text, passphrase)
      const { localKeystore, privateKeySigner } = await sdk()
      const address = secrets.wallet
        ? await privateKeySigner(secrets.wallet).getAddress()
        : (await localKeystore((secrets as Secrets).keys).account()).address
      const kind = secrets.wallet ? "local" : "wallet"
      found = { found: { address, kind }, secrets }
      return found.found
    },
    async take() {
      if (!found) throw new Error("Nothing was opened.")
      const { secrets, found: { kind } } = found
      const { privateKeySigner } = await sdk()
      return "keys" in secrets
        ? await enrol(kind, secrets.keys, secrets.wallet)
        : await enrol(kind, privateKeySigner(secrets.wallet), secrets.wallet)
    },

    async unlock(passphrase) {
      const { account, vault } = await database.values("account", "vault")
      const secrets = vault ? await open(vault as Sealed, passphrase) : undefined
      if (!account || !secrets) return undefined
      opened = { account, secrets }
      onOpen({ profile, node, account, secrets, database })
      return account
    },
    setPassphrase: (passphrase) => keep(current().account, current().secrets, passphrase),

    async exportKeys(format, passphrase) {
      const { account, secrets } = current()
      const text = await exported(secrets, account.address, format, passphrase)
      const backedUp = { ...account, backedUpAt: Date.now() }
      await database.setValue("account", backedUp)
      opened = { account: backedUp, secrets }
      return { text, account: backedUp }
    },

    async forget() {
      await onForget()
      database.close()
      for (const name of [databaseName(profile), `${databaseName(profile)}-sdk`]) {
        await new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name)
          request.onsuccess = () => resolve()
          request.onerror = () => reject(request.error)
        })
      }
    },
    describeNode: (url) => describe(url).then((one) => one.node, () => undefined),
  }
}
