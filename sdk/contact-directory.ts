import { type Contact, decodeContact, encodeContactV1, encodeContactV2 } from "./contact.ts"
import type { Network } from "./network.ts"
import { equalBundles, isLegacyBundle, type PublicKeyBundle } from "./public-key.ts"
import type { Clock } from "./time.ts"
import { contactTopic } from "./topics.ts"
import type { CallOptions, Envelope, Query } from "./transport.ts"

/** Finds out how to write to others. */
export interface ContactDirectory {
  /** The newest contact that is provably the address's; undefined when it has published none. */
  find(address: string, options?: CallOptions): Promise<Contact | undefined>
  /** The same for many, in their order. */
  findAll(addresses: readonly string[], options?: CallOptions): Promise<(Contact | undefined)[]>
  /** Publishes how to write to this account, unless that is already known. */
  publish(address: string, bundle: PublicKeyBundle, options?: CallOptions): Promise<void>
}

// Contacts change when an account makes new keys, which is rare.
const freshForMs = 10 * 60 * 1000

/** Contacts as the network tells them, remembered for ten minutes. */
export function contactDirectory(network: Network, clock: Clock): ContactDirectory {
  const known = new Map<string, { contact: Contact; until: number }>()

  function remembered(address: string): Contact | undefined {
    const entry = known.get(address)
    return entry && Date.now() < entry.until ? entry.contact : undefined
  }

  function remember(contact: Contact | undefined): Contact | undefined {
    if (contact) known.set(contact.address, { contact, until: Date.now() + freshForMs })
    return contact
  }

  async function lookUp(address: string, options: CallOptions): Promise<Contact | undefined> {
    for await (const page of network.pages(newestContacts(address), options)) {
      const contact = choose(page, address)
      if (contact) return contact
    }
  }

  return {
    find: async (address, options = {}) =>
      remembered(address) ?? remember(await lookUp(address, options)),

    async findAll(addresses, options = {}) {
      const unknown = [...new Set(addresses)].filter((address) => !remembered(address))
      const pages = await network.firstPages(unknown.map(newestContacts), options)
      const found = new Map<string, Contact | undefined>()
      for (const [i, address] of unknown.entries()) {
        const page = pages[i]!
        const contact = choose(page.envelopes, address) ??
          // A full page of somebody else's: the rest may hold one.
          (page.envelopes.length < pageSize ? undefined : await lookUp(address, options))
        found.set(address, remember(contact))
      }
      return addresses.map((address) => found.get(address) ?? remembered(address))
    },

    async publish(address, bundle, options = {}) {
      const published = await lookUp(address, options)
      if (published?.version === 2 && equalBundles(published.bundle, bundle)) return
      const messages = [encodeContactV2(bundle)]
      if (isLegacyBundle(bundle)) messages.unshift(encodeContactV1(bundle))
      // The clock never tells the same time twice: readers see V2 as the newer one.
      const envelopes = messages.map((message) => ({
        contentTopic: contactTopic(address),
        timestampNs: clock(),
        message,
      }))
      await network.publish(envelopes, options)
      known.delete(address)
    },
  }
}

const pageSize = 5

function newestContacts(address: string): Query {
  return { topics: [contactTopic(address)], direction: "descending", limit: pageSize }
}

/** The newest that is the address's; of two at the same time the one that speaks V2. */
function choose(envelopes: readonly Envelope[], address: string): Contact | undefined {
  let chosen: { contact: Contact; timestampNs: bigint } | undefined
  for (const { message, timestampNs } of envelopes) {
    const contact = decodeOwn(message, address)
    if (!contact) continue
    if (!chosen) chosen = { contact, timestampNs }
    if (timestampNs !== chosen.timestampNs) break
    if (contact.version > chosen.contact.version) chosen = { contact, timestampNs }
  }
  return chosen?.contact
}

function decodeOwn(message: Uint8Array, address: string): Contact | undefined {
  try {
    const contact = decodeContact(message)
    return contact.address === address ? contact : undefined
  } catch {
    // Anything may lie on a topic; what proves nothing is no contact.
    return undefined
  }
}
