import type { Actions } from "../actions.ts"
import type { Account } from "../model.ts"
import type { Desk, PageSide, Shared } from "../protocol.ts"
import type { Remote } from "../rpc.ts"
import type { State } from "../state.ts"
import type { Store } from "../store.ts"
import type { Provider } from "../wallets.ts"
import { pathOf } from "../route.ts"
import { hex } from "../text/hex.ts"
import { forgetProfile, freshProfile, type Place } from "./place.ts"

export interface AccountPart {
  readonly actions: Actions["account"]
  readonly sign: PageSide["sign"]
  /** Opens what this browser holds, or shows the first run. */
  begin(): Promise<void>
}

export interface AccountOptions {
  readonly store: Store<State>
  readonly desk: Remote<Desk>
  readonly snapshot: () => Promise<Shared>
  readonly place: Place
  readonly go: Actions["go"]
}

/** Making, opening and leaving the account of this window. */
export function accountPart({ store, desk, snapshot, place, go }: AccountOptions): AccountPart {
  let wallet: Provider | undefined
  let refusal: unknown
  let created = false

  async function arrive(account: Account): Promise<void> {
    store.set(({ signing: _, ...state }) => ({
      ...state,
      account,
      started: true,
      locked: false,
      problems: [],
    }))
    const shared = await snapshot()
    store.set((state) => ({ ...state, ...shared, ready: true }))
    if (store.get().route.at === "hello") go({ at: "list", tab: "inbox" }, true)
  }

  return {
    async begin() {
      const standing = await desk.begin(place.profile, place.node)
      if (standing.state === "open") return await arrive(standing.account)
      store.set((state) => ({
        ...state,
        started: true,
        locked: standing.state === "locked",
        ...(standing.state === "unreadable" && { problems: [{ kind: "keys-unreadable" }] }),
      }))
      const node = await desk.describeNode(place.node)
      store.set((state) => {
        if (state.account) return state
        if (node) return { ...state, node, connection: { state: "live" } }
        const problem = { kind: "no-node", host: new URL(place.node).host } as const
        return {
          ...state,
          connection: { state: "offline" },
          problems: [...state.problems, problem],
        }
      })
    },

    async sign(address, text) {
      if (!wallet) throw new Error("No wallet was chosen.")
      const creates = text.includes("Create Identity")
      store.set((state) => ({
        ...state,
        signing: creates ? "create" : created ? "enable" : "open",
      }))
      created = creates
      try {
        return await wallet.request({
          method: "personal_sign",
          params: [`0x${hex(new TextEncoder().encode(text))}`, address],
        }) as string
      } catch (error) {
        refusal = error
        throw error
      }
    },

    actions: {
      create: async () => arrive(await desk.create()),
      async useWallet({ provider }) {
        refusal = undefined
        wallet = provider
        const [address] = await provider.request({ method: "eth_requestAccounts" }) as string[]
        if (!address) throw new Error("The wallet named no account.")
        try {
          await arrive(await desk.useWallet(address))
        } catch (error) {
          // The wallet's own words say whether it was a person who refused.
          throw refusal ?? error
        }
      },
      read: (text, passphrase) => desk.read(text, passphrase),
      take: async () => arrive(await desk.take()),
      async unlock(passphrase) {
        const account = await desk.unlock(passphrase)
        if (account) await arrive(account)
        return account !== undefined
      },
      async setPassphrase(passphrase) {
        const account = await desk.setPassphrase(passphrase)
        store.set((state) => ({ ...state, account }))
      },
      async export(format, passphrase) {
        const { text, account } = await desk.exportKeys(format, passphrase)
        store.set((state) => ({ ...state, account }))
        return text
      },
      async forget() {
        await desk.forget()
        forgetProfile(place.profile)
        location.assign("/")
      },
      openSecond() {
        const width = Math.min(1100, Math.round(screen.availWidth / 2))
        // Without an opener the window starts with an empty session, and so with a profile of its own.
        open(
          `/?account=${freshProfile()}`,
          "_blank",
          `noopener,popup,width=${width},height=${screen.availHeight}`,
        )
      },
      link: () =>
        location.origin + pathOf({ at: "conversation", peer: store.get().account?.address ?? "" }),
    },
  }
}
