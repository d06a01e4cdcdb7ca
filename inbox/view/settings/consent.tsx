import type { VNode } from "preact"
import { useMemo, useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { Person } from "../../parts/person.tsx"
import { Pointer } from "../../parts/pointer.tsx"
import { SealOf } from "../../parts/seal.tsx"

/** Whom I allowed and denied, with a way back. */
export function ConsentPage(): VNode {
  const { people } = useAct()
  const conversations = useSelect((state) => state.conversations)
  const names = useSelect((state) => state.names)
  const [query, setQuery] = useState("")
  const decided = useMemo(() => {
    const byPeer = new Map(
      conversations.filter((one) => one.consent !== "unknown").map((
        one,
      ) => [one.peer, one.consent]),
    )
    const wanted = query.trim().toLowerCase()
    return [...byPeer].filter(([peer]) =>
      `${peer} ${names[peer] ?? ""}`.toLowerCase().includes(wanted)
    )
  }, [conversations, names, query])
  return (
    <>
      <p>Sealed to your own key: the node keeps it and cannot read it.</p>
      <input
        class="field"
        type="search"
        placeholder="Search"
        aria-label="Search people"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <ul class="people">
        {decided.map(([peer, consent]) => (
          <li class="setting" key={peer}>
            <SealOf address={peer} size={34} />
            <div>
              <strong>
                <Person address={peer} />
              </strong>
              <p>
                <Icon name={consent === "allowed" ? "check" : "block"} size={14} />
                {consent === "allowed" ? " Allowed" : " Denied"}
              </p>
            </div>
            {consent === "allowed"
              ? <Button onClick={() => people.deny(peer)}>Deny</Button>
              : <Button onClick={() => people.allow(peer)}>Allow</Button>}
          </li>
        ))}
      </ul>
      {decided.length === 0 && <p>Nobody.</p>}
      <Pointer file="inbox/worker/consent.ts" />
    </>
  )
}
