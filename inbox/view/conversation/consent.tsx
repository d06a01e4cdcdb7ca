import type { VNode } from "preact"
import { useAct } from "../../context.ts"
import type { Conversation } from "../../model.ts"
import { Button } from "../../parts/button.tsx"

/** Stands where the composer would, until the account is allowed. */
export function ConsentCard({ conversation }: { conversation: Conversation }): VNode {
  const { people } = useAct()
  const allow = <Button look="solid" onClick={() => people.allow(conversation.peer)}>Allow</Button>
  if (conversation.consent === "denied") {
    return (
      <section class="consent" aria-label="Consent">
        <p>You denied this account. It is not told.</p>
        <p class="buttons">{allow}</p>
      </section>
    )
  }
  return (
    <section class="consent" aria-label="Consent">
      <p>
        <strong>You have not written to this account before.</strong>{" "}
        It cannot see that you read this. Allow it to answer.
      </p>
      <p class="buttons">
        <Button onClick={() => people.deny(conversation.peer)}>Deny</Button>
        {allow}
      </p>
      <p class="consent-note">Images and links stay closed until then.</p>
    </section>
  )
}
