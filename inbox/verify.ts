// What the drawer says about a message: what was checked before it was shown, step by step, and what
// nobody can prove. The checks themselves are the SDK's; this puts them into words.
import type { Consent, Step, Verification } from "./model.ts"

/** What is known of a message, proved or not. */
export interface Evidence {
  readonly id: string
  readonly mine: boolean
  /** How the sender is called here. */
  readonly sender: string
  readonly address: string
  readonly version: "v1" | "v2"
  readonly topic: string
  readonly consent: Consent
  readonly contentType: string
  /** Of the content, opened. */
  readonly bytes: number
  /** `10:44:07`, by the sender's clock. */
  readonly clock: string
  /** Hex of the public keys that it was proved with, and the day on which the pre-key was made. */
  readonly identityKey?: string
  readonly preKey?: string
  readonly preKeyMade?: string
  /** `0.3 seconds later`, by the node's clock; absent when it does not tell. */
  readonly stored?: string
  /** Why the SDK refused the message: the code of its error. */
  readonly refused?: string
}

/** The account of one message. */
export function verify(evidence: Evidence): Verification {
  const { id, mine, sender, version, refused, clock, stored } = evidence
  const steps = version === "v2" ? stepsOfV2(evidence) : stepsOfV1(evidence)
  return {
    message: id,
    verdict: refused
      ? "Something here does not fit."
      : mine
      ? "You sealed this."
      : `${sender} sealed this, and nothing was changed.`,
    proved: !refused,
    steps: failingAt(steps, failedStep(refused, version)),
    note: refused ? [] : [
      `${clock} is what ${mine ? "your" : `${sender}’s`} clock said.`,
      ...(stored ? [`This node stored it ${stored}.`] : []),
      ...(version === "v1"
        ? ["V1 has no signature, so you cannot show this to a third person."]
        : []),
    ],
    facts: factsOf(evidence),
  }
}

type Link = Omit<Step, "state">

function stepsOfV2(evidence: Evidence): Link[] {
  return [
    ...stepsOfKeys(evidence),
    { name: "Pre-key", says: "signed this message and its header", ...keyNamed(evidence.preKey) },
    { name: "Message", says: "opened with this conversation’s key" },
  ]
}

function stepsOfV1(evidence: Evidence): Link[] {
  const who = evidence.mine ? "you and the other side" : `you and ${evidence.sender}`
  return [
    ...stepsOfKeys(evidence),
    { name: "Message", says: `made with keys that only ${who} hold` },
  ]
}

function stepsOfKeys({ address, identityKey, preKeyMade }: Evidence): Link[] {
  return [
    {
      name: "Account",
      says: "its wallet signed the identity key",
      value: middleOut(address, 6, 4),
      full: address,
    },
    {
      name: "Identity key",
      says: preKeyMade ? `signed the pre-key, made ${preKeyMade}` : "signed the pre-key",
      ...keyNamed(identityKey),
    },
  ]
}

/** All keys begin with 04, which says only that they are written in full. */
function keyNamed(key: string | undefined): Pick<Link, "value" | "full"> {
  return key ? { value: middleOut(key.slice(2), 6, 4), full: key } : {}
}

/** Which step an error of the SDK belongs to; -1 for none. */
function failedStep(refused: string | undefined, version: "v1" | "v2"): number {
  switch (refused) {
    case undefined:
      return -1
    // Signatures are looked at once the message is open.
    case "forged":
      return 2
    case "misplaced":
      return 0
    default:
      return version === "v2" ? 3 : 2
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  Account: "this account is not in this conversation",
  "Pre-key": "did not sign this message",
  Message: "does not open",
}

function failingAt(steps: readonly Link[], failed: number): Step[] {
  return steps.map((step, i) => {
    if (failed < 0 || i < failed) return { ...step, state: "proved" }
    if (i > failed) return { ...step, state: "not reached" }
    return { ...step, says: FAILURES[step.name] ?? "does not fit", state: "failed" }
  })
}

function factsOf(evidence: Evidence): Verification["facts"] {
  const { contentType, version, bytes, topic, consent, id, sender, mine } = evidence
  const name = topic.replace(/^\/xmtp\/0\//, "").replace(/\/proto$/, "")
  return [
    ...(contentType ? [{ name: "Content", value: contentType, full: contentType }] : []),
    {
      name: "Protocol",
      value: `${version.toUpperCase()}, ${bytes.toLocaleString()} bytes of content`,
    },
    { name: "Topic", value: middleOut(name, 6, 4), full: topic },
    { name: "Consent", value: mine ? "yours" : consentWords(consent, sender) },
    { name: "Message id", value: middleOut(id, 8, 8), full: id },
  ]
}

function consentWords(consent: Consent, sender: string): string {
  switch (consent) {
    case "allowed":
      return `you allowed ${sender}`
    case "denied":
      return `you denied ${sender}`
    case "unknown":
      return "you have not decided"
  }
}

function middleOut(text: string, start: number, end: number): string {
  return text.length > start + end + 1 ? `${text.slice(0, start)}…${text.slice(-end)}` : text
}
