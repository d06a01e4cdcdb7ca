import type { VNode } from "preact"
import { useSelect } from "../context.ts"
import { short } from "../text/address.ts"
import { Name } from "./text.tsx"

/** How an account is called here: the name I gave it, or its address. Nobody else can set a name. */
export function usePersonName(address: string): string {
  return useSelect((state) => state.names[address]) ?? short(address)
}

export function Person({ address }: { address: string }): VNode {
  const name = useSelect((state) => state.names[address])
  return name ? <Name text={name} /> : <span class="mono">{short(address)}</span>
}
