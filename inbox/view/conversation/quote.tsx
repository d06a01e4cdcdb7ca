import type { VNode } from "preact"
import { useAct, useSelect } from "../../context.ts"
import type { Quote } from "../../model.ts"
import { Button } from "../../parts/button.tsx"
import { Person } from "../../parts/person.tsx"
import { oneLine } from "../../text/plain.ts"

/** The message that this one answers: a click goes there. */
export function QuoteOf({ quote, conversation }: { quote: Quote; conversation: string }): VNode {
  const { messages } = useAct()
  const me = useSelect((state) => state.account?.address)
  const find = () => messages.find(conversation, quote.id)
  if (quote.text === undefined) {
    return (
      <div class="quote">
        The message answered here is not loaded <Button look="text" onClick={find}>Find it</Button>
      </div>
    )
  }
  return (
    <button type="button" class="quote" onClick={find}>
      {quote.sender && (
        <strong>{quote.sender === me ? "You" : <Person address={quote.sender} />}</strong>
      )}
      <span>{oneLine(quote.text)}</span>
    </button>
  )
}
