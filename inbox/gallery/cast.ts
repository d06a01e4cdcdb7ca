// The people of the gallery: fictional names, random addresses chosen for seals that differ.
import type { Conversation, Message } from "../model.ts"

/** Sunday 22 November 2026, 10:47. */
export const NOW: number = new Date(2026, 10, 22, 10, 47).getTime()
const at = (day: number, hour: number, minute: number) =>
  new Date(2026, 10, day, hour, minute).getTime()

export const ME = "0x7c72A8fB60C81CE3A5f0aAd0E3d8Cc1D20Fb8C94"
export const MARA = "0xbD3a06ab5Fb0a9EbF2b1a3d1cf5A1ba7D1f190FF"
const STRANGER = "0x3315c7b7070ACd42Afa983B95560B4dA97b87E96"
const HARBOUR = "0x51c7cDA25A77a3dC0Dc4d4cb1fCe5a40cE4c1042"
const THEO = "0x8e40a1B4FbA4F4E2a1d2c2D3b0a9E8f7C6d50940"
const PAGER = "0x94Fc1c0A8b7f6E5D4c3B2a1908F7e6D5C4b3A291"
const INES = "0x66aB03c1D2e3F4051627384950A1b2C3d4E5F607"
const GHENT = "0x20BdA2C7E4f8b9A0c1D2E3f4A5b6C7d8E9f02625"
const KOFI = "0x1f9Ad0E8c7B6a5f4E3D2c1B0a9F8e7D6c5B4a390"
const LEA = "0xa4C5d6E7f8091A2b3C4d5E6f708192A3b4C5D6e7"
const OMA = "0x0d1C2b3A495867768594a3B2c1D0e9F8A7b6C5d4"

export const NAMES: Readonly<Record<string, string>> = {
  [MARA]: "Mara",
  [HARBOUR]: "Harbour Co-op",
  [THEO]: "Theo",
  [PAGER]: "Node pager",
  [INES]: "Ines",
  [KOFI]: "Kofi",
  [LEA]: "Léa",
  [OMA]: "Oma",
}

interface Row {
  peer: string
  text: string
  at: number
  about?: string
  mine?: boolean
  unread?: number
  v1?: boolean
  consent?: Conversation["consent"]
}

const row = ({ peer, text, at, about, mine, unread, v1, consent }: Row): Conversation => ({
  id: `${peer}/${about ?? ""}`,
  peer,
  version: v1 ? "v1" : "v2",
  ...(about === undefined ? {} : { conversationId: about }),
  createdAt: new Date(2026, 2, 2).getTime(),
  consent: consent ?? "allowed",
  unread: unread ?? 0,
  last: { text, mine: mine ?? false, at },
  failed: false,
})

export const WITH_MARA: Conversation = {
  ...row({ peer: MARA, text: "Then I move the DNS tonight.", at: at(22, 10, 46) }),
  peerReadAt: at(22, 10, 45),
}
export const FROM_THEO: Conversation = row({ peer: THEO, text: "Soon", at: at(22, 9, 40) })
export const REQUEST: Conversation = row({
  peer: "0x9b1A2c3D4e5F60718293a4B5c6D7e8F901a2B3c4",
  text: "Hello! You do not know me.",
  at: at(21, 18, 2),
  consent: "unknown",
})

export const CONVERSATIONS: readonly Conversation[] = [
  WITH_MARA,
  row({
    peer: STRANGER,
    text: "Is this the address for the grant?",
    at: at(22, 10, 31),
    unread: 2,
  }),
  row({
    peer: HARBOUR,
    text: "Your parcel is at the counter.",
    at: at(22, 9, 58),
    about: "order-1042",
  }),
  FROM_THEO,
  row({
    peer: MARA,
    text: "The lease is countersigned.",
    at: at(20, 17, 3),
    about: "lease-2027",
    mine: true,
  }),
  row({ peer: PAGER, text: "Four of four peers agree.", at: at(20, 8, 0) }),
  row({ peer: INES, text: "Photo", at: at(19, 21, 14) }),
  row({ peer: GHENT, text: "See you in Ghent, then.", at: at(12, 12, 0), v1: true }),
  row({ peer: KOFI, text: "gm", at: at(9, 8, 8), mine: true }),
  row({ peer: LEA, text: "Merci, c’est parfait.", at: at(2, 19, 30) }),
  row({
    peer: OMA,
    text: "It arrived, thank you!",
    at: new Date(2026, 9, 30, 16, 0).getTime(),
    mine: true,
  }),
  REQUEST,
  { ...REQUEST, id: "request-2", peer: "0x77A1b2C3d4E5f60718293A4b5C6d7E8f90A1b2c3" },
  { ...REQUEST, id: "request-3", peer: "0x2eC4d5E6f7081920A1b2C3d4E5f60718293a4B5c" },
]

let counter = 0
/** A message of a fixture, from Mara unless it is mine. */
export function message(part: Partial<Message> & Pick<Message, "body">): Message {
  const mine = part.mine ?? false
  return {
    id: `message-${++counter}`,
    conversation: WITH_MARA.id,
    sender: mine ? ME : MARA,
    mine,
    at: NOW,
    reactions: [],
    delivery: { state: "sent" },
    ...part,
  }
}
export const text = (words: string): Message["body"] => ({ kind: "text", text: words })

export const STORY: readonly Message[] = [
  message({
    at: at(22, 10, 21),
    body: text(
      "The official network no longer takes our messages, and the members miss their post. Is your node up yet?",
    ),
  }),
  message({
    at: at(22, 10, 37),
    mine: true,
    body: text("Since lunch. One command, and this is the view from its window."),
  }),
  message({
    id: "photo",
    at: at(22, 10, 38),
    mine: true,
    body: {
      kind: "file",
      file: {
        name: "lighthouse.png",
        type: "image/png",
        size: 20_480,
        width: 580,
        height: 300,
        state: "here",
      },
    },
    reactions: [{ content: "❤️", senders: [MARA] }],
  }),
  message({
    at: at(22, 10, 43),
    body: {
      kind: "file",
      file: { name: "moving-day.pdf", type: "application/pdf", size: 148_000, state: "here" },
    },
  }),
  message({
    id: "plan",
    at: at(22, 10, 44),
    body: text("The plan for the switch. Page two is the part I am nervous about."),
  }),
  message({
    at: at(22, 10, 45),
    mine: true,
    answers: { id: "plan", sender: MARA, text: "Page two is the part I am nervous about." },
    body: text("I tried it with last year’s history: 41,208 messages, none missing."),
  }),
  message({ at: at(22, 10, 46), body: text("Then I move the DNS tonight.") }),
]
