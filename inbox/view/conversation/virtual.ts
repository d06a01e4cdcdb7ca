import type { RefObject } from "preact"
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { heights } from "./heights.ts"

/** What stays where it is while rows above and below it change. */
type Anchor = "bottom" | { readonly key: string; readonly offset: number }

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

const GUESS = 62
const OVERSCAN = 500

/**
 * A list that draws what can be seen. Rows carry `data-key`; their heights are measured when drawn.
 * The first visible row, or the bottom, keeps its place whatever happens above.
 */
export function useVirtual(
  scroller: RefObject<HTMLElement | null>,
  keys: readonly string[],
  start: string | undefined,
): Virtual {
  const rows = useMemo(() => heights(GUESS), [])
  const anchor = useRef<Anchor>(start === undefined ? "bottom" : { key: start, offset: 24 })
  const [, redraw] = useState(0)
  const [view, setView] = useState({ top: Infinity, height: 800 })
  rows.follow(keys)

  const total = rows.total()
  const top = Math.min(view.top, Math.max(0, total - view.height))
  const from = rows.at(top - OVERSCAN)
  const to = keys.length ? rows.at(top + view.height + OVERSCAN) + 1 : 0

  /** The scroll position that honours the anchor. */
  const target = (element: HTMLElement): number => {
    const end = element.scrollHeight - element.clientHeight
    const row = anchor.current === "bottom" ? -1 : rows.indexOf(anchor.current.key)
    if (anchor.current === "bottom" || row < 0) return end
    return Math.max(0, Math.min(end, rows.top(row) - anchor.current.offset))
  }

  const onScroll = () => {
    const element = scroller.current!
    const { scrollTop, clientHeight } = element
    const first = rows.at(scrollTop)
    anchor.current = isAtEnd(element) || !keys.length
      ? "bottom"
      : { key: keys[first]!, offset: rows.top(first) - scrollTop }
    setView((old) =>
      Math.abs(old.top - scrollTop) < 1 && old.height === clientHeight
        ? old
        : { top: scrollTop, height: clientHeight }
    )
  }

  useLayoutEffect(() => {
    const element = scroller.current!
    let news = false
    for (const row of element.querySelectorAll<HTMLElement>("[data-key]")) {
      news = rows.measure(row.dataset.key!, row.getBoundingClientRect().height) || news
    }
    const to = target(element)
    if (Math.abs(element.scrollTop - to) > 0.5) element.scrollTop = to
    if (!news && isAtEnd(element)) anchor.current = "bottom"
    if (news) redraw((n) => n + 1)
    setView((old) =>
      Math.abs(old.top - to) < 1 && old.height === element.clientHeight
        ? old
        : { top: to, height: element.clientHeight }
    )
  })

  // Pictures, fonts and windows change sizes without a draw.
  useLayoutEffect(() => {
    // In the next frame: a change in the middle of the browser's own measuring would start it over.
    const observer = new ResizeObserver(() => requestAnimationFrame(() => redraw((n) => n + 1)))
    observer.observe(scroller.current!)
    for (const row of scroller.current!.querySelectorAll("[data-key]")) observer.observe(row)
    return () => observer.disconnect()
  }, [from, to, keys])

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
