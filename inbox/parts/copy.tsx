import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { Button, type ButtonProps } from "./button.tsx"

/** Copies, and says so in its own words for a moment. */
export function CopyButton(
  { text, children, icon = "copy", ...rest }: Omit<ButtonProps, "onClick"> & { text: () => string },
): VNode {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text())
    setCopied(true)
    setTimeout(() => setCopied(false), 1600)
  }
  return (
    <Button {...rest} icon={copied ? "check" : icon} onClick={copy}>
      {copied ? "Copied" : children}
    </Button>
  )
}
