import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import { usePersonName } from "../../parts/person.tsx"
import { oneLine } from "../../text/plain.ts"
import { clock, dateline, dayOf } from "../../text/time.ts"
import { wordsOf } from "../../text/words.ts"
import { BodyOf } from "./body.tsx"
import { Caption } from "./caption.tsx"
import { MessageActions } from "./message-actions.tsx"
import { QuoteOf } from "./quote.tsx"
import { Reactions } from "./reactions.tsx"
import type { FeedRow } from "./rows.ts"

export interface MessageRowProps {
  readonly row: FeedRow
  /** Links and pictures stay shut: its sender is not allowed yet. */
  readonly closed: boolean
  /** When the peer said it had read. */
  readonly readAt: number | undefined
  /** Its place among those loaded, from 1; `total` is -1 while older ones are not. */
  readonly position: number
  readonly total: number
  readonly selected: boolean
  readonly reachable: boolean
}

const LONG_PRESS_MS = 450
const JUST_NOW_MS = 1000

/** One message: what stands above it, its bubble, and what is said under it. */
export function MessageRow(
  { row, closed, readAt, position, total, selected, reachable }: MessageRowProps,
): VNode {
  const { messages: act } = useAct()
  const { message } = row
  const today = useSelect((state) => dayOf(state.now))
  const name = usePersonName(message.sender)
  const [menu, setMenu] = useState(false)
  const [near, setNear] = useState(false)
  // What I have just written rises; it is not sealed yet.
  const [fresh] = useState(() =>
    message.id.startsWith("local-") && Date.now() - message.at < JUST_NOW_MS
  )
  const bare = message.body.kind === "file" && message.body.file.width !== undefined &&
    message.body.file.state === "here" && !closed && !message.answers
  const outlined = message.body.kind === "unknown" || message.body.kind === "broken"
  const label = [
    message.mine ? "You" : name,
    clock(message.at),
    oneLine(wordsOf(message.body)),
    message.body.kind === "broken" ? "not verified" : "verified",
  ].join(", ")
  const classes = [
    "message",
    message.mine ? "message-mine" : "message-theirs",
    row.joinsBefore ? "joins-before" : "",
    row.joinsAfter ? "joins-after" : "",
    message.reactions.length ? "has-reactions" : "",
  ]
  return (
    <div class="feed-row" data-key={message.id}>
      {row.day !== undefined && <p class="dateline">{dateline(row.day, today)}</p>}
      {row.newCount !== undefined && (
        <p class="new-rule">
          <span>{row.newCount} new</span>
        </p>
      )}
      <article
        class={classes.filter(Boolean).join(" ")}
        aria-label={label}
        aria-posinset={position}
        aria-setsize={total}
        tabIndex={reachable ? 0 : -1}
        {...(selected ? { "data-selected": "" } : {})}
        {...(fresh ? { "data-fresh": "" } : {})}
        onPointerEnter={({ pointerType }) => pointerType !== "touch" && setNear(true)}
        onFocus={(event) => event.target === event.currentTarget && act.select(message.id)}
        {...longPress(() => setMenu(true))}
      >
        <div
          class={`bubble bubble-${message.body.kind} ${bare ? "bubble-bare" : ""} ${
            outlined ? "bubble-outlined" : ""
          }`}
        >
          {message.answers && (
            <QuoteOf quote={message.answers} conversation={message.conversation} />
          )}
          <BodyOf message={message} closed={closed} />
        </div>
        {message.reactions.length > 0 && <Reactions message={message} />}
        {(near || selected || menu) && (
          <MessageActions message={message} open={menu} onOpen={setMenu} />
        )}
        <Caption row={row} readAt={readAt} />
      </article>
    </div>
  )
}

/** Touch has no hover: holding a finger on a message opens its menu. */
function longPress(run: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)
  return {
    onPointerDown(event: PointerEvent) {
      stop()
      if (event.pointerType === "touch") timer = setTimeout(run, LONG_PRESS_MS)
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onPointerMove(event: PointerEvent) {
      if (Math.hypot(event.movementX, event.movementY) > 3) stop()
    },
  }
}
