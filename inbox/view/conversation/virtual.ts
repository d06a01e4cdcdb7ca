import type { RefObject } from "preact"
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { heights } from "./heights.ts"
import { measuring } from "./measuring.ts"

/** What stays where it is while rows above and below it change. */
type Anchor =
  | "bottom"
  /** The row's top, in pixels from the top of what can be seen. */
  | { readonly key: string; readonly offset: number }

/** What is in the document. */
interface Drawn {
  /** The rows from `from` up to, not with, `to`. */
  readonly from: number
  readonly to: number
  readonly atBottom: boolean
}

export interface Virtual extends Drawn {
  /** Pixels above and below the drawn rows. */
  readonly before: number
  readonly after: number
  /** For the element that scrolls. */
  readonly onScroll: () => void
  toBottom(): void
  /** Brings a row to the upper third. */
  toRow(key: string): void
}

export interface VirtualOptions {
  /** The element that scrolls, and the one in it that holds the rows. */
  readonly scroller: RefObject<HTMLElement | null>
  readonly list: RefObject<HTMLElement | null>
  readonly keys: readonly string[]
  /** The row to begin at; the bottom when absent. */
  readonly start: string | undefined
}

const GUESS = 62
const OVERSCAN = 500
const START_OFFSET = 24

/**
 * A list that draws what can be seen. Rows carry `data-key`; their heights are measured when drawn.
 * The first visible row, or the bottom, keeps its place whatever happens above: it decides which rows
 * are drawn, and the scroll position follows.
 */
export function useVirtual({ scroller, list, keys, start }: VirtualOptions): Virtual {
  const rows = useMemo(() => heights(GUESS), [])
  const anchor = useRef<Anchor>(
    start === undefined ? "bottom" : { key: start, offset: START_OFFSET },
  )
  /** Where the browser stood when it was last looked at: what differs is the reader's doing. */
  const seenTop = useRef(0)
  const height = useRef(800)
  const [, count] = useState(0)
  const redraw = () => count((n) => n + 1)
  const measure = useMemo(() => measuring(rows, redraw), [])
  rows.follow(keys)

  const drawn = toDraw()
  const latest = useRef(drawn)
  latest.current = drawn
  const measured = useRef(keys)

  /** What the anchor puts in sight, and some more on both sides. */
  function toDraw(): Drawn {
    const held = anchor.current
    const row = held === "bottom" ? -1 : rows.indexOf(held.key)
    const top = held === "bottom" || row < 0
      ? rows.total() - height.current
      : rows.top(row) - held.offset
    return {
      from: rows.at(top - OVERSCAN),
      to: keys.length ? rows.at(top + height.current + OVERSCAN) + 1 : 0,
      atBottom: held === "bottom",
    }
  }
  function redrawIfStale(): void {
    const { from, to, atBottom } = toDraw()
    const { current } = latest
    if (from !== current.from || to !== current.to || atBottom !== current.atBottom) redraw()
  }

  const base = () => list.current!.offsetTop

  /** Holds on to what the reader sees. */
  function hold(element: HTMLElement): void {
    const first = rows.at(element.scrollTop - base())
    anchor.current = isAtEnd(element) || !keys.length
      ? "bottom"
      : { key: keys[first]!, offset: base() + rows.top(first) - element.scrollTop }
    seenTop.current = element.scrollTop
  }

  /** The scroll position that honours the anchor, and what the reader has scrolled since. */
  function target(element: HTMLElement): number {
    const end = element.scrollHeight - element.clientHeight
    const drift = element.scrollTop - seenTop.current
    const held = anchor.current
    const row = held === "bottom" ? -1 : rows.indexOf(held.key)
    if (held === "bottom" || row < 0) {
      if (drift >= -1) return end
      hold(element)
      return element.scrollTop
    }
    if (drift) anchor.current = { ...held, offset: held.offset - drift }
    return Math.max(0, Math.min(end, base() + rows.top(row) - held.offset + drift))
  }

  useLayoutEffect(() => measure.watch(scroller.current!), [])
  useLayoutEffect(() => {
    const element = scroller.current!
    height.current = element.clientHeight
    // Rows change with the messages; while the reader scrolls, only those new in sight are news.
    measure.take(list.current!, measured.current !== keys)
    measured.current = keys
    const to = target(element)
    if (Math.abs(element.scrollTop - to) > 0.5) element.scrollTop = to
    seenTop.current = element.scrollTop
    if (isAtEnd(element)) anchor.current = "bottom"
    redrawIfStale()
  })

  const move = (to: Anchor) => {
    anchor.current = to
    redraw()
  }
  return {
    ...drawn,
    before: rows.top(drawn.from),
    after: rows.total() - rows.top(drawn.to),
    onScroll() {
      hold(scroller.current!)
      redrawIfStale()
    },
    toBottom: () => move("bottom"),
    toRow: (key) => move({ key, offset: height.current / 3 }),
  }
}

function isAtEnd({ scrollHeight, clientHeight, scrollTop }: HTMLElement): boolean {
  return scrollHeight - clientHeight - scrollTop < 24
}
