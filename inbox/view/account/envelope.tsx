import type { ComponentChildren, VNode } from "preact"
import { useSelect } from "../../context.ts"
import { ConnectionLine } from "../list/foot.tsx"
import { Strips } from "../strips.tsx"

/** The card that everything before the inbox happens on. */
export function Envelope({ children }: { children: ComponentChildren }): VNode {
  const network = useSelect((state) => state.node.network)
  return (
    <main class="hello">
      <Strips />
      <div class="envelope">
        <svg class="flap" viewBox="0 0 452 150" preserveAspectRatio="none" aria-hidden="true">
          <linearGradient id="flap" x2="0" y2="1">
            <stop class="flap-light" />
            <stop class="flap-shade" offset="1" />
          </linearGradient>
          <path fill="url(#flap)" d="M2 9L226 150L450 9V0H2Z" />
          <path class="flap-fold" d="M2 9L226 150L450 9" />
        </svg>
        {children}
      </div>
      <p class="hello-foot">
        <ConnectionLine />
        {network && <span>network “{network}”</span>}
      </p>
    </main>
  )
}
