import type { Message } from "../../model.ts"
import { dayOf } from "../../text/time.ts"

/** A message with what its place between the others gives it. */
export interface FeedRow {
  readonly message: Message
  /** The first message of a day carries the dateline. */
  readonly day?: number
  /** The first unread message carries the rule "12 new". */
  readonly newCount?: number
  /** Bubbles of one sender join into a run. */
  readonly joinsBefore: boolean
  readonly joinsAfter: boolean
  /** What is said under it: the last of a run has its time, mine has how far it came. */
  readonly caption?: "time" | "sent" | "read"
}

const RUN_GAP_MS = 10 * 60_000

/** Lays messages out, oldest first. `readAt` is when the peer said it had read. */
export function feedRows(
  messages: readonly Message[],
  { newFrom, newCount, readAt }: { newFrom?: number; newCount: number; readAt?: number },
): FeedRow[] {
  const sent = messages.findLast((one) => one.mine && one.delivery.state === "sent")
  const read = readAt === undefined
    ? undefined
    : messages.findLast((one) => one.mine && one.delivery.state === "sent" && one.at <= readAt)
  let ruled = newCount === 0 || newFrom === undefined
  const days = messages.map((one) => dayOf(one.at))
  const starts = messages.map((message, i) => {
    const before = messages[i - 1]
    const day = days[i - 1] !== days[i]
    const rule = !ruled && message.at >= newFrom! && !message.mine
    if (rule) ruled = true
    const joins = before !== undefined && !day && !rule && before.mine === message.mine &&
      message.at - before.at < RUN_GAP_MS && before.delivery.state === "sent" &&
      before !== read && before !== sent
    return { day, rule, joins }
  })
  return messages.map((message, i) => {
    const { day, rule, joins } = starts[i]!
    const joinsAfter = starts[i + 1]?.joins ?? false
    const caption = message === read
      ? "read"
      : message === sent
      ? "sent"
      : joinsAfter
      ? undefined
      : "time"
    return {
      message,
      ...(day ? { day: days[i]! } : {}),
      ...(rule ? { newCount } : {}),
      joinsBefore: joins,
      joinsAfter,
      ...(caption ? { caption } : {}),
    }
  })
}
