// The people of the gallery: fictional names, random addresses chosen for seals that differ.
import type { Conversation, Message } from "../model.ts"

/** Sunday 22 November 2026, 10:47. */
export const NOW: number = new Date(2026, 10, 22, 10, 47).getTime()
const at = (day: number, hour: number, minute: number) =>
  new Date(2026, 10, day, hour, minute).getTime()

export const ME = "0x7c724bC156Fe5102DA33cB53caFE4BDDd9798C94"
export const MARA = "0xbD3a4EEcfB4d1D99B68a36a9E1D1EC949d8D90FF"
const STRANGER = "0x3315c7b7070ACd42Afa983B95560B4dA97b87E96"
const HARBOUR = "0x58F3aBbd4f4a88F2d451F74c4E7cA4e836FCc4C5"
const THEO = "0x8A7d65Af1a93Fa2aD42FD8F4A955e5447Db94227"
const PAGER = "0x4eaE2aE69B2c62A1bC4A247748459b7532e86690"
const INES = "0x47d3Db11460846333104E1A64d108247072363A3"
const GHENT = "0x20Bd215A1782ce11cccc55A35Bac2C9c03982625"
const KOFI = "0xfC3dD0E058373f26cE0d9c85Af533e92e20DAb4b"
const LEA = "0x1F3f7f6a585750E5DA6755c7eF4e75897468B8Cd"
const OMA = "0x727cA117B24eb99Fe5205253b0185Ec2277114c9"

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
  peer: "0x9b1A3b2b826c6e2184f95Bec7380272e112fB3c4",
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
