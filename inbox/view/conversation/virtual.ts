import type { RefObject } from "preact"
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { heights } from "./heights.ts"

/** What stays where it is while rows above and below it change. */
type Anchor =
  | "bottom"
  /** The row's top, in pixels from the top of what can be seen. */
  | { readonly key: string; readonly offset: number }

export interface Virtual {
  /** The rows to draw: from `from` up to, not with, `to`. */
  readonly from: number
  readonly to: number
  /** Pixels above and below them. */
  readonly before: number
  readonly after: number
  readonly atBottom: boolean
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
 * The first visible row, or the bottom, keeps its place whatever happens above.
 */
export function useVirtual({ scroller, list, keys, start }: VirtualOptions): Virtual {
  const rows = useMemo(() => heights(GUESS), [])
  const anchor = useRef<Anchor>(
    start === undefined ? "bottom" : { key: start, offset: START_OFFSET },
  )
  /** Where the browser stood when it was last looked at: what differs is the reader's doing. */
  const seenTop = useRef(0)
  const [, redraw] = useState(0)
  const [view, setView] = useState({ top: Infinity, height: 800 })
  rows.follow(keys)

  const total = rows.total()
  const top = Math.min(view.top, Math.max(0, total - view.height))
  const from = rows.at(top - OVERSCAN)
  const to = keys.length ? rows.at(top + view.height + OVERSCAN) + 1 : 0
  const base = () => list.current!.offsetTop

  function look(): void {
    const { scrollTop, clientHeight } = scroller.current!
    seenTop.current = scrollTop
    const top = scrollTop - base()
    setView((old) =>
      Math.abs(old.top - top) < 1 && old.height === clientHeight
        ? old
        : { top, height: clientHeight }
    )
  }

  const onScroll = () => {
    const element = scroller.current!
    const first = rows.at(element.scrollTop - base())
    anchor.current = isAtEnd(element) || !keys.length
      ? "bottom"
      : { key: keys[first]!, offset: base() + rows.top(first) - element.scrollTop }
    look()
  }

  /** The scroll position that honours the anchor, and what the reader has scrolled since. */
  function target(element: HTMLElement): number {
    const end = element.scrollHeight - element.clientHeight
    const drift = element.scrollTop - seenTop.current
    const held = anchor.current
    const row = held === "bottom" ? -1 : rows.indexOf(held.key)
    if (held === "bottom" || row < 0) return drift < -1 ? element.scrollTop : end
    if (drift) anchor.current = { ...held, offset: held.offset - drift }
    return Math.max(0, Math.min(end, base() + rows.top(row) - held.offset + drift))
  }

  useLayoutEffect(() => {
    const element = scroller.current!
    let news = false
    for (const row of list.current!.querySelectorAll<HTMLElement>("[data-key]")) {
      news = rows.measure(row.dataset.key!, row.getBoundingClientRect().height) || news
    }
    const to = target(element)
    if (Math.abs(element.scrollTop - to) > 0.5) element.scrollTop = to
    if (news) redraw((n) => n + 1)
    else if (isAtEnd(element)) anchor.current = "bottom"
    look()
  })

  // Pictures, fonts and windows change sizes without a draw.
  useLayoutEffect(() => {
    const observer = new ResizeObserver((entries) => {
      const news = entries.some(({ target }) => {
        const { key } = (target as HTMLElement).dataset
        return key === undefined
          ? target.clientHeight !== view.height
          : rows.measure(key, target.getBoundingClientRect().height)
      })
      // In the next frame: a change in the middle of the browser's own measuring would start it over.
      if (news) requestAnimationFrame(() => redraw((n) => n + 1))
    })
    observer.observe(scroller.current!)
    for (const row of list.current!.querySelectorAll("[data-key]")) observer.observe(row)
    return () => observer.disconnect()
  }, [from, to, keys, view.height])

  const move = (to: Anchor) => {
    anchor.current = to
    redraw((n) => n + 1)
  }
  return {
    from,
    to,
    before: rows.top(from),
    after: total - rows.top(to),
    atBottom: anchor.current === "bottom",
    onScroll,
    toBottom: () => move("bottom"),
    toRow: (key) => move({ key, offset: view.height / 3 }),
  }
}

function isAtEnd({ scrollHeight, clientHeight, scrollTop }: HTMLElement): boolean {
  return scrollHeight - clientHeight - scrollTop < 24
}
