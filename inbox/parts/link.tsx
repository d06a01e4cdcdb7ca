import type { AnchorHTMLAttributes, ComponentChildren, VNode } from "preact"
import { useAct } from "../context.ts"
import { pathOf, type Route } from "../route.ts"
import { Icon, type IconName } from "./icon.tsx"

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href" | "children" | "role">

/** A real link inside the page: opens in place, or in a new tab when asked to. */
export function Link(
  { to, onOpen, children, ...rest }: Native & {
    to: Route
    /** What happens besides, when it opens in place. */
    onOpen?: () => void
    children: ComponentChildren
  },
): VNode {
  const { go } = useAct()
  const onClick = (event: MouseEvent) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(to)
    onOpen?.()
  }
  return <a {...rest} href={pathOf(to)} onClick={onClick}>{children}</a>
}

export function IconLink(
  { to, icon, label, class: extra }: { to: Route; icon: IconName; label: string; class?: string },
): VNode {
  return (
    <Link to={to} class={`icon-button ${extra ?? ""}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </Link>
  )
}
