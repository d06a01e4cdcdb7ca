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
          <path class="flap-paper" d="M2 9L226 150L450 9V0H2Z" />
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
