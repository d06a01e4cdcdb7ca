import type { VNode } from "preact"
import { useSelect } from "../context.ts"

const SOURCE = "https://github.com/wafer/wafer/blob/main/"

/** The tour: where the code behind a panel is. Shown to developers, that is on localhost. */
export function Pointer({ file }: { file: string }): VNode | null {
  const shown = useSelect((state) => state.settings.pointers)
  if (!shown) return null
  return (
    <p class="pointer">
      The code behind this panel: <a class="mono" href={SOURCE + file} rel="noreferrer">{file}</a>
    </p>
  )
}
