import { isAddress, toAddress } from "../protocol/address.ts"
import { type Contact, decodeContact } from "../protocol/contact.ts"
import type { Reader } from "./network.ts"
import { contactTopic } from "../protocol/topics.ts"
import type { CallOptions, Envelope, Query } from "./transport.ts"

/** Finds out how to write to others. */
export interface ContactDirectory {
  /** The newest contact that is provably the address's; undefined when it has published none. */
  find(address: string, options?: CallOptions): Promise<Contact | undefined>
  /** The same for many, in their order. */
  findAll(addresses: readonly string[], options?: CallOptions): Promise<(Contact | undefined)[]>
}

// Contacts change when an account makes new keys, which is rare.
const freshForMs = 10 * 60 * 1000
// A kilobyte each: whoever asks about millions must not keep them all.
const mostRemembered = 4096

/** Contacts as the network tells them, remembered for ten minutes. */
export function contactDirectory(reader: Reader): ContactDirectory {
  const known = new Map<string, { contact: Contact; until: number }>()

  function remembered(address: string): Contact | undefined {
    const entry = known.get(address)
    return entry && Date.now() < entry.until ? entry.contact : undefined
  }

  function remember(contact: Contact | undefined): Contact | undefined {
    if (!contact) return undefined
    known.set(contact.address, { contact, until: Date.now() + freshForMs })
    if (known.size > mostRemembered) known.delete(known.keys().next().value!)
    return contact
  }

  async function lookUp(address: string, options: CallOptions): Promise<Contact | undefined> {
    for await (const page of reader.pages(newestContacts(address), options)) {
      const contact = choose(page, address)
      if (contact) return contact
    }
  }

  return {
    find: async (address, options = {}) =>
      remembered(address) ?? remember(await lookUp(address, options)),

    async findAll(addresses, options = {}) {
      const found = new Map(addresses.map((address) => [address, remembered(address)]))
      const unknown = [...found.keys()].filter((address) => !found.get(address))
      const pages = await reader.firstPages(unknown.map(newestContacts), options)
      for (const [i, address] of unknown.entries()) {
        const page = pages[i]!
        const contact = choose(page.envelopes, address) ??
          // A full page of somebody else's: the rest may hold one.
          (page.envelopes.length < pageSize ? undefined : await lookUp(address, options))
        found.set(address, remember(contact))
      }
      return addresses.map((address) => found.get(address))
    },
  }
}

/** Whether each address has published how to write to it; what is no address has not. */
export async function canMessage(
  contacts: ContactDirectory,
  wanted: readonly string[],
  options: CallOptions,
): Promise<boolean[]> {
  const addresses = wanted.filter(isAddress).map(toAddress)
  const found = (await contacts.findAll(addresses, options)).values()
  return wanted.map((address) => isAddress(address) && found.next().value !== undefined)
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
