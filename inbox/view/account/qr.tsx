import type { VNode } from "preact"
import { useMemo } from "preact/hooks"
import { qrCode } from "../../qr.ts"

const QUIET = 4

/** Black on white in both themes, with the quiet zone that scanners need. */
export function Qr({ text }: { text: string }): VNode {
  const rows = useMemo(() => qrCode(text), [text])
  const side = rows.length + 2 * QUIET
  const path = rows.flatMap((row, y) =>
    row.flatMap((dark, x) => dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])
  ).join("")
  return (
    <figure class="qr">
      <svg viewBox={`0 0 ${side} ${side}`} role="img" aria-label="QR code of the link below">
        <path class="qr-paper" d={`M0 0h${side}v${side}H0z`} />
        <path class="qr-ink" d={path} />
      </svg>
      <figcaption class="mono">{text}</figcaption>
    </figure>
  )
}
