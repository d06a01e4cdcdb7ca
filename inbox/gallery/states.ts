// Every state of the page, by name, as data.
import type { Message } from "../model.ts"
import { initialState, type Open, type State } from "../state.ts"
import { type Evidence, verify } from "../verify.ts"
import {
  CONVERSATIONS,
  FROM_THEO,
  MARA,
  ME,
  message,
  NAMES,
  NOW,
  REQUEST,
  STORY,
  text,
  WITH_MARA,
} from "./cast.ts"

const minute = 60_000

const signedIn: State = {
  ...initialState({ at: "list", tab: "inbox" }, "http://localhost:5555"),
  started: true,
  account: { address: ME, kind: "local", passphrase: false },
  ready: true,
  connection: { state: "live" },
  node: {
    url: "http://localhost:5555",
    network: "harbour",
    version: "0.1.0",
    maxMessageBytes: 1_048_214,
    retentionDays: 1,
  },
  conversations: CONVERSATIONS,
  names: NAMES,
  typing: { [FROM_THEO.id]: NOW + minute },
  settings: { ...initialState({ at: "hello" }, "").settings, pointers: true },
  stored: { messages: 41_208, bytes: 38_000_000 },
  now: NOW,
}

const open = (messages: readonly Message[], more: Partial<Open> = {}): Partial<State> => ({
  route: { at: "conversation", peer: MARA },
  open: { id: WITH_MARA.id, messages, more: false, loading: false, newCount: 0, ...more },
})

const evidence: Evidence = {
  id: "9f3c07d2b15ae64480c1d7f02e93ab5c66d84f1e70a29b3d5c8e1f42e4b8106a",
  mine: false,
  sender: "Mara",
  address: MARA,
  version: "v2",
  topic: "/xmtp/0/m-5d0e3c7a91f24b68a05d7e19c3b2f4680a7de5c1b93f62480e1d5a7c3b9f91ab/proto",
  consent: "allowed",
  contentType: "xmtp.org/text:1.0",
  bytes: 65,
  clock: "10:44:07",
  identityKey: "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798d410d4b8",
  preKey: "04c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5fffebe52a",
  preKeyMade: "2 March 2026",
  stored: "0.3 seconds later",
}

const sending: readonly Message[] = [
  message({
    mine: true,
    at: NOW - 3 * minute,
    body: text("They go out in the order you wrote them."),
  }),
  message({ mine: true, at: NOW - minute, body: text("This one the node has stored.") }),
  message({ mine: true, body: text("This one is on its way."), delivery: { state: "sending" } }),
  message({
    mine: true,
    body: {
      kind: "file",
      file: { name: "rack-plan.png", type: "image/png", size: 2_100_000, state: "here" },
    },
    delivery: { state: "uploading", done: 1_300_000, total: 2_100_000 },
  }),
  message({ mine: true, body: text("Still there?"), delivery: { state: "waiting" } }),
  message({
    mine: true,
    body: text("And this one did not get through."),
    delivery: { state: "failed", reason: "the node did not answer." },
  }),
]

const strange: readonly Message[] = [
  message({
    at: NOW - minute * 40,
    body: {
      kind: "unknown",
      type: "vote.app/poll:1.0",
      fallback: "Mara sent a poll: “Thursday or Friday?”",
    },
  }),
  message({ at: NOW - minute * 39, body: { kind: "unknown", type: "vote.app/seal:1.0" } }),
  message({
    at: NOW - minute * 38,
    body: { kind: "broken", reason: "The signature is not from this account" },
  }),
  message({
    at: NOW - minute * 20,
    body: text("See https://harbour.coop/plan and javascript:alert(1)"),
  }),
  message({
    at: NOW - minute * 19,
    body: text("<img src=x onerror=alert(1)> \u202egnp.exe\u202c a\u200bb https://аpple.com/"),
  }),
  message({ at: NOW - minute * 18, body: text("wall ".repeat(1200)) }),
  message({
    at: NOW - minute * 5,
    body: {
      kind: "file",
      file: {
        name: "moving-\u202efdp.exe",
        type: "application/pdf",
        size: 2_000_000,
        host: "files.example",
        state: "away",
      },
    },
  }),
  message({
    at: NOW - minute * 4,
    body: {
      kind: "file",
      file: {
        name: "plan.pdf",
        type: "application/pdf",
        size: 2_000_000,
        host: "files.example",
        state: "unlike",
      },
    },
  }),
  message({ at: NOW - minute * 3, answers: { id: "gone" }, body: text("Yes, that one.") }),
]

const many: readonly Message[] = Array.from({ length: 10_000 }, (_, i) =>
  message({
    id: `many-${i}`,
    mine: i % 7 > 3,
    at: NOW - (10_000 - i) * 7 * minute,
    body: text(`${i + 1}. ${"The tide table for the harbour. ".repeat(1 + i * 7919 % 6)}`),
  }))

const parts: Record<string, Partial<State>> = {
  conversation: {
    ...open(STORY, { selected: "plan", more: true }),
    drawer: { ...verify(evidence), message: "plan" },
  },
  plain: open(STORY, { more: true }),
  list: {},
  requests: { route: { at: "list", tab: "requests" } },
  denied: { route: { at: "list", tab: "denied" } },
  search: {
    search: "DNS",
    hits: [{
      conversation: WITH_MARA.id,
      message: "m",
      text: "Then I move the DNS tonight.",
      at: NOW,
    }],
  },
  request: {
    route: { at: "conversation", peer: REQUEST.peer },
    open: {
      id: REQUEST.id,
      messages: [
        message({
          sender: REQUEST.peer,
          at: REQUEST.last!.at,
          body: text(
            "Hello! You do not know me. I saw your talk in Ghent and would like to ask about the node.",
          ),
        }),
      ],
      more: false,
      loading: false,
      newCount: 0,
    },
  },
  sending: open(sending),
  offline: {
    ...open(sending.slice(0, 2)),
    connection: { state: "offline", retryAt: Date.now() + 8000 },
  },
  "catching-up": {
    ...open(STORY.slice(0, 5), { newCount: 2, newFrom: STORY[3]!.at }),
    connection: { state: "catching-up", done: 312, total: 1240 },
  },
  strange: open(strange),
  replying: open(STORY, { replyTo: "plan" }),
  many: open(many),
  broken: {
    ...open(strange, { selected: strange[2]!.id }),
    drawer: { ...verify({ ...evidence, refused: "forged" }), message: strange[2]!.id },
  },
  new: { route: { at: "new" } },
  me: { route: { at: "me" } },
  nothing: { conversations: [] },
  settings: { route: { at: "settings", page: "" } },
  keys: { route: { at: "settings", page: "keys" } },
  consent: { route: { at: "settings", page: "consent" } },
  node: { route: { at: "settings", page: "node" } },
  locked: { locked: true },
  wrong: {
    ...open(STORY),
    problems: [
      { kind: "no-node", host: "localhost:5555" },
      { kind: "other-network", mine: "harbour", theirs: "lisbon" },
      { kind: "refused" },
      { kind: "damaged" },
      { kind: "keys-unreadable" },
      { kind: "clock", minutes: 14 },
      { kind: "pause", until: Date.now() + 12_000 },
      { kind: "broken", report: "" },
    ],
  },
}

const { account: _, ...stranger } = signedIn

/** The states of the gallery. */
export const states: Readonly<Record<string, State>> = {
  hello: { ...stranger, route: { at: "hello" } },
  ...Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, { ...signedIn, ...part }]),
  ),
}
