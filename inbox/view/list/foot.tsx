import type { VNode } from "preact"
import { useSelect } from "../../context.ts"
import type { Connection } from "../../model.ts"
import { Icon } from "../../parts/icon.tsx"
import { IconLink, Link } from "../../parts/link.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { short } from "../../text/address.ts"
import { count } from "../../text/size.ts"

export function Foot(): VNode {
  const address = useSelect((state) => state.account?.address)
  return (
    <footer class="list-foot">
      {address && (
        <span class="wide-only">
          <SealOf address={address} size={29} />
        </span>
      )}
      <span class="foot-words">
        {address && (
          <span class="wide-only">
            You, <span class="mono">{short(address)}</span>
          </span>
        )}
        <ConnectionLine />
      </span>
      <IconLink
        to={{ at: "settings", page: "" }}
        icon="sliders"
        label="Settings"
        class="wide-only"
      />
      <Link to={{ at: "new" }} class="button button-solid write narrow-only">
        <Icon name="pen" size={18} />Write
      </Link>
    </footer>
  )
}

/** A dot and words: what the dot's colour says is also said. */
export function ConnectionLine(): VNode {
  const connection = useSelect((state) => state.connection)
  const url = useSelect((state) => state.node.url)
  return (
    <span class={`connection connection-${connection.state}`} role="status">
      <span class="dot" aria-hidden="true" />
      <span>{connectionWords(connection, hostOf(url))}</span>
    </span>
  )
}

export function connectionWords(connection: Connection, host: string): string {
  switch (connection.state) {
    case "live":
      return `Live on ${host}`
    case "connecting":
      return "Connecting…"
    case "offline":
      return "Offline"
    case "catching-up":
      return connection.total === undefined
        ? `Catching up: ${count(connection.done)} messages`
        : `Catching up: ${count(connection.done)} of ${count(connection.total)} messages`
  }
}

export function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}
