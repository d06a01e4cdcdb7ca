import type { Heights } from "./heights.ts"

/** Takes the heights of rows that are in the document: they carry `data-key`. */
export interface Measuring {
  /** Measures rows that are new to the document, or all of them. */
  take(list: HTMLElement, all: boolean): void
  /** Watches `scroller` and every row measured until the returned function is called. */
  watch(scroller: HTMLElement): () => void
}

/** `onChange`: pictures, fonts and windows change sizes without a draw. */
export function measuring(rows: Heights, onChange: () => void): Measuring {
  const known = new WeakSet<HTMLElement>()
  let observer: ResizeObserver | undefined

  const measure = (row: HTMLElement) =>
    rows.measure(row.dataset.key!, row.getBoundingClientRect().height)

  return {
    take(list, all) {
      for (const row of list.querySelectorAll<HTMLElement>(":scope > [data-key]")) {
        if (!all && known.has(row)) continue
        measure(row)
        if (known.has(row)) continue
        known.add(row)
        observer?.observe(row)
      }
    },
    watch(scroller) {
      observer = new ResizeObserver((entries) => {
        let changed = false
        for (const { target } of entries) {
          if (!target.isConnected) observer?.unobserve(target)
          else if (target === scroller || measure(target as HTMLElement)) changed = true
        }
        // In the next frame: a change in the middle of the browser's own measuring would start it over.
        if (changed) requestAnimationFrame(onChange)
      })
      observer.observe(scroller)
      return () => observer?.disconnect()
    },
  }
}
