import type { VNode } from "preact"
import { waxEdge } from "../seal.ts"

const EDGE = waxEdge(30, [40, 150, 220], 0.01)

/** Wafer's mark: wax, an impressed ring, a W drawn as the two flaps of a folded letter. */
export function Mark({ size }: { size: number }): VNode {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <path class="mark-wax" d={EDGE} />
      <circle class="mark-dent" cx="32" cy="32" r="23.5" />
      {size >= 40 && (
        <>
          <path class="mark-shade" d="M9.2 37.5A23.5 23.5 0 0 1 37.5 9.2" />
          <path class="mark-light" d="M54.8 26.5A23.5 23.5 0 0 1 26.5 54.8" />
        </>
      )}
      <path
        class="mark-w"
        d="M16.5 23L25.3 43.5L32 28.5L38.7 43.5L47.5 23"
        stroke-width={size < 40 ? 5 : 4.2}
      />
    </svg>
  )
}
