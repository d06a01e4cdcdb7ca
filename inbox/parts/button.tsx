import type { ButtonHTMLAttributes, ComponentChildren, VNode } from "preact"
import { Icon, type IconName } from "./icon.tsx"

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "children" | "label">

export type ButtonProps = Native & {
  icon?: IconName
  look?: "solid" | "line" | "plain" | "text"
  children: ComponentChildren
}

export function Button(
  { icon, look = "line", children, class: extra, ...rest }: ButtonProps,
): VNode {
  return (
    <button type="button" class={`button button-${look} ${extra ?? ""}`} {...rest}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  )
}

export type IconButtonProps = Native & { icon: IconName; label: string; pressed?: boolean }

export function IconButton({ icon, label, pressed, ...rest }: IconButtonProps): VNode {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  )
}
