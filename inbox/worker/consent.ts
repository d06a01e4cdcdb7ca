import type { Client } from "@wafer/sdk"
import type { Consent } from "../model.ts"
import type { Conversations } from "./conversations.ts"

/** Whom I allow and deny: kept on the network, sealed to my own key, and here for when there is none. */
export interface Consents {
  /** Says it here at once. */
  note(peer: string, consent: "allowed" | "denied"): void
  /** Says it on the network. */
  publish(peer: string, consent: "allowed" | "denied"): Promise<void>
  /** What the network knows of a peer. */
  of(peer: string): Promise<Consent>
  /** Takes over what this account said elsewhere. */
  refresh(client: Client): Promise<void>
}

export function consents(conversations: Conversations, client: () => Promise<Client>): Consents {
  function apply(peer: string, consent: Consent): void {
    for (const one of conversations.all()) {
      if (one.peer === peer && one.consent !== consent) conversations.change(one.id, { consent })
    }
  }
  return {
    note: apply,
    async publish(peer, consent) {
      const { contacts } = await client()
      await (consent === "allowed" ? contacts.allow(peer) : contacts.deny(peer))
    },
    of: async (peer) => await (await client()).contacts.consent(peer),
    async refresh({ contacts }) {
      await contacts.refresh()
      for (const { kind, value, state } of await contacts.list()) {
        if (kind === "address") apply(value, state)
      }
    },
  }
}
