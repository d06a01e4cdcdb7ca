// Every state of the page, by name, as data.
import type { Message, Verification } from "../model.ts"
import { initialState, type Open, type State } from "../state.ts"
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

const verification: Verification = {
  message: "plan",
  verdict: "Mara sealed this, and nothing was changed.",
  proved: true,
  steps: [
    {
      name: "Account",
      says: "its wallet signed the identity key",
      value: "0xbD3a…90FF",
      state: "proved",
    },
    {
      name: "Identity key",
      says: "signed the pre-key, made 2 March 2026",
      value: "04b1…7e20",
      state: "proved",
    },
    {
      name: "Pre-key",
      says: "signed this message and its header",
      value: "0469…c3d8",
      state: "proved",
    },
    { name: "Message", says: "opened with this conversation’s key", state: "proved" },
  ],
  note: ["10:44:07 is what Mara’s clock said.", "This node stored it 0.3 seconds later."],
  facts: [
    { name: "Content", value: "xmtp.org/text:1.0", full: "xmtp.org/text:1.0" },
    { name: "Protocol", value: "V2, 311 bytes on the wire" },
    { name: "Topic", value: "m-5d0e…91ab", full: "/xmtp/0/m-5d0e91ab/proto" },
    { name: "Consent", value: "you allowed Mara" },
    { name: "Message id", value: "9f3c07d2…e4b8106a", full: "9f3c07d2e4b8106a" },
  ],
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
  conversation: { ...open(STORY, { selected: "plan" }), drawer: verification },
  plain: open(STORY),
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
    drawer: {
      ...verification,
      message: strange[2]!.id,
      verdict: "Something here does not fit.",
      proved: false,
      steps: verification.steps.map((step, i) =>
        i < 2
          ? step
          : i === 2
          ? { ...step, says: "did not sign this message", state: "failed" as const }
          : { ...step, state: "not reached" as const }
      ),
      note: [],
    },
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
