import { toAddress } from "./address.ts"

// Every topic is /xmtp/0/<name>/proto. V2 names may hold `/` and `+`: never take a topic apart.
const topic = (name: string): string => `/xmtp/0/${name}/proto`

/** Where an account publishes its public keys. */
export const contactTopic = (address: string): string => topic(`contact-${toAddress(address)}`)

/** Where an account keeps its encrypted private keys. */
export const privateStoreTopic = (address: string): string =>
  topic(`privatestore-${toAddress(address)}/key_bundle`)

/** Where V1 conversations announce themselves. */
export const introTopic = (address: string): string => topic(`intro-${toAddress(address)}`)

/** Where invitations to V2 conversations arrive. */
export const inviteTopic = (address: string): string => topic(`invite-${toAddress(address)}`)

/** The V1 conversation of two accounts, the same for both. */
export function directTopic(a: string, b: string): string {
  const [first, second] = [toAddress(a), toAddress(b)].sort()
  return topic(`dm-${first}-${second}`)
}

/** A V2 conversation. */
export const conversationTopic = (id: string): string => topic(`m-${id}`)

/** Where an account keeps whom it allows and denies. `id` is the keystore's to derive. */
export const preferencesTopic = (id: string): string => topic(`userpreferences-${id}`)

/** The topic beside a conversation's whose messages are delivered and not kept. */
export function ephemeralTopic(conversation: string): string {
  return conversation.startsWith("/xmtp/0/dm-")
    ? conversation.replace("/xmtp/0/dm-", "/xmtp/0/dmE-")
    : conversation.replace("/xmtp/0/m", "/xmtp/0/mE")
}

/** Whether a topic's name is printable ASCII; conversations with any other are ignored. */
export function isPrintableTopic(text: string): boolean {
  const name = text.slice(text.indexOf("0/") + 2, text.lastIndexOf("/proto"))
  return /^[\x21-\x7f]+$/.test(name)
}
