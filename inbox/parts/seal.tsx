import type { VNode } from "preact"
import { seal } from "../seal.ts"

/** The picture of an account. Always beside a name or an address, so it is silent to readers. */
export function SealOf({ address, size }: { address: string; size: number }): VNode {
  const { pigment, edge, fill, lines } = seal(address)
  return (
    <svg class="seal" width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <path d={edge} fill={pigment} />
      {fill && <path class="seal-fill" d={fill} />}
      {lines.map(({ width, path }) => (
        <path class="seal-line" d={path} stroke-width={width} key={width} />
      ))}
    </svg>
  )
}
