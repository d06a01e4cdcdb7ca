import type { VNode } from "preact"
import { useSelect } from "../../context.ts"
import { Icon } from "../../parts/icon.tsx"
import { IconLink, Link } from "../../parts/link.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { short } from "../../text/address.ts"
import { connectionWords, hostOf } from "../../text/connection.ts"

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
