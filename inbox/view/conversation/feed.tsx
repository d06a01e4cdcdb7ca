import type { VNode } from "preact"
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { Conversation, Message } from "../../model.ts"
import type { Open } from "../../state.ts"
import { Button } from "../../parts/button.tsx"
import { date } from "../../text/time.ts"
import { feedKeys } from "./feed-keys.ts"
import { MessageRow, type MessageRowProps } from "./message.tsx"
import { type FeedRow, feedRows } from "./rows.ts"
import { useVirtual } from "./virtual.ts"

const JUST_NOW_MS = 2000

/** The messages of a conversation. Only those in sight are in the document. */
export function Feed({ conversation, open }: { conversation: Conversation; open: Open }): VNode {
  const { messages: act } = useAct()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const rows = useMemo(
    () =>
      feedRows(open.messages, {
        newCount: open.newCount,
        ...(open.newFrom === undefined ? {} : { newFrom: open.newFrom }),
        ...(conversation.peerReadAt === undefined ? {} : { readAt: conversation.peerReadAt }),
      }),
    [open.messages, open.newFrom, open.newCount, conversation.peerReadAt],
  )
  const keys = useMemo(() => rows.map((row) => row.message.id), [rows])
  const start = useMemo(() => rows.find((row) => row.newCount)?.message.id, [rows])
  const virtual = useVirtual({ scroller, list, keys, start })
  const draw = useDrawnRows()
  const fresh = useFresh(open.messages, virtual.atBottom)

  useEffect(() => {
    if (virtual.from < 15 && open.more && !open.loading) act.older()
  }, [virtual.from, open.more, open.loading])

  // What I send is seen, wherever I was reading.
  const newest = open.messages.at(-1)
  const mine = newest?.mine ? newest.at : 0
  useEffect(() => {
    if (Date.now() - mine < JUST_NOW_MS) virtual.toBottom()
  }, [mine])

  // A message that was asked for is brought into view, then carries the focus.
  const focused = useRef<string>(undefined)
  useLayoutEffect(() => {
    const id = open.selected
    if (id === focused.current) return
    const article = scroller.current!.querySelector<HTMLElement>(`[data-key="${id}"] article`)
    if (id && !article) return virtual.toRow(id)
    focused.current = id
    if (article?.contains(document.activeElement)) return
    article?.focus({ preventScroll: true })
    article?.scrollIntoView({ block: "nearest" })
  })

  return (
    <div class="feed-frame">
      <div
        class="feed"
        ref={scroller}
        role="feed"
        aria-label="Messages"
        aria-busy={open.loading}
        tabIndex={-1}
        onScroll={virtual.onScroll}
        onKeyDown={(event) => feedKeys(event, open, act)}
      >
        <div class="feed-column">
          {virtual.from === 0 && !open.more && (
            <p class="feed-start">
              This conversation began on {date(conversation.createdAt)}. Nobody can see earlier.
            </p>
          )}
          <div ref={list}>
            <div style={{ height: `${virtual.before}px` }} />
            {rows.slice(virtual.from, virtual.to).map((row, i) =>
              draw({
                row,
                closed: conversation.consent !== "allowed",
                readAt: conversation.peerReadAt,
                position: virtual.from + i + 1,
                total: open.more ? -1 : rows.length,
                selected: row.message.id === open.selected,
                reachable: row.message.id === (open.selected ?? keys.at(-1)),
              })
            )}
            <div style={{ height: `${virtual.after}px` }} />
          </div>
        </div>
      </div>
      {!virtual.atBottom && (
        <Button look="solid" class="to-newest" icon="down" onClick={virtual.toBottom}>
          {fresh ? `${fresh} new` : "Newest"}
        </Button>
      )}
    </div>
  )
}

/** Draws a row once, and again only when something about it has changed: scrolling draws new rows only. */
function useDrawnRows(): (props: MessageRowProps) => VNode {
  const drawn = useRef(new WeakMap<FeedRow, { props: MessageRowProps; node: VNode }>())
  return (props) => {
    const before = drawn.current.get(props.row)
    if (before && sameProps(before.props, props)) return before.node
    const node = <MessageRow key={props.row.message.id} {...props} />
    drawn.current.set(props.row, { props, node })
    return node
  }
}

function sameProps<T extends object>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).every((name) => Object.is(a[name], b[name]))
}

/** How many messages of others came while the reader was further up. */
function useFresh(messages: readonly Message[], atBottom: boolean): number {
  const theirs = useMemo(() => messages.filter((one) => !one.mine).length, [messages])
  const [seen, setSeen] = useState(theirs)
  useEffect(() => {
    if (atBottom) setSeen(theirs)
  }, [theirs, atBottom])
  return Math.max(0, theirs - seen)
}
