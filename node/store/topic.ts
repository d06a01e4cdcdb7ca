const root = "/xmtp/0/"
const categories = new Set(
  ["contact", "intro", "dm", "dmE", "invite", "groupInvite", "m", "mE", "privatestore"]
    .concat("userpreferences"),
)

/** The kind of a topic as V1 names it; "test" and "invalid" are kinds too. A metrics label, never a check. */
export function categoryOf(topic: string): string {
  if (topic.startsWith("test-")) return "test"
  const kind = kindOf(topic)
  return categories.has(kind) ? kind : "invalid"
}

/** Ephemeral envelopes reach live subscribers and are never stored. */
export function isEphemeral(topic: string): boolean {
  const kind = kindOf(topic)
  return kind === "mE" || kind === "dmE"
}

/** Whether retention spares the topic: `/xmtp/` is kept for ever, everything else expires. */
export function isKept(topic: string): boolean {
  return topic.startsWith("/xmtp/")
}

/** Whether SubscribeAll shows the topic. */
export function isPublic(topic: string): boolean {
  return topic.startsWith(root)
}

/**
 * The account that alone may write to the topic, or undefined where anyone may. The comparison is
 * for the caller, and exact: a lowercase address does not name its owner.
 */
export function ownerOf(topic: string): string | undefined {
  if (!topic.startsWith(root)) return undefined
  const [kind, owner = ""] = segmentOf(topic).split("-")
  return kind === "contact" || kind === "privatestore" ? owner : undefined
}

function kindOf(topic: string): string {
  return topic.startsWith(root) ? segmentOf(topic).split("-", 1)[0]! : ""
}

function segmentOf(topic: string): string {
  return topic.slice(root.length).split("/", 1)[0]!
}
