import type { VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import type { LookUp } from "../../actions.ts"
import { useAct } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { CopyButton } from "../../parts/copy.tsx"
import { Icon } from "../../parts/icon.tsx"
import { IconLink } from "../../parts/link.tsx"
import { Pointer } from "../../parts/pointer.tsx"
import { Problem, reasonOf } from "../../parts/problem.tsx"
import { SealOf } from "../../parts/seal.tsx"
import { findAddress, short } from "../../text/address.ts"

/** A new conversation: says while typing whether the account can be written to. */
export function NewConversation({ address = "" }: { address?: string }): VNode {
  const { conversations } = useAct()
  const [text, setText] = useState(address)
  const [about, setAbout] = useState("")
  const [starting, setStarting] = useState(false)
  const [problem, setProblem] = useState<string>()
  const { answer, again } = useLookUp(text)
  const found = answer !== "looking" && answer?.state === "joined" ? answer.address : undefined

  useEffect(() => setText(address), [address])
  const start = async () => {
    setStarting(true)
    setProblem(undefined)
    try {
      await conversations.start(found!, about.trim() || undefined)
    } catch (error) {
      setProblem(reasonOf(error))
      setStarting(false)
    }
  }
  return (
    <div class="sheet">
      <header class="bar">
        <IconLink
          to={{ at: "list", tab: "inbox" }}
          icon="back"
          label="Back to the list"
          class="narrow-only"
        />
        <h1>New conversation</h1>
      </header>
      <form
        class="pane form"
        onSubmit={(event) => {
          event.preventDefault()
          if (found) start()
        }}
      >
        <label for="address">Who do you want to write to?</label>
        <input
          id="address"
          class="field mono"
          placeholder="0x…"
          autocomplete="off"
          spellcheck={false}
          autofocus
          aria-describedby="answer"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <div id="answer" role="status">
          <Answer answer={answer} onAgain={again} />
        </div>
        {found && (
          <>
            <label for="about">About (optional: keeps several conversations apart)</label>
            <input
              id="about"
              class="field"
              placeholder="order-1042"
              maxLength={200}
              value={about}
              onInput={(event) => setAbout(event.currentTarget.value)}
            />
            <p class="buttons">
              <Button look="solid" type="submit" icon="pen" disabled={starting}>
                {starting ? "Opening…" : `Write to ${short(found)}`}
              </Button>
            </p>
          </>
        )}
        {problem && <Problem>{problem}</Problem>}
      </form>
      <Pointer file="inbox/worker/look-up.ts" />
    </div>
  )
}

const TYPING_PAUSE_MS = 250
const LOOKING_AFTER_MS = 300

type Looked = LookUp | "looking" | undefined

/** Asks a moment after the last key; "looking" only when the answer takes long enough to notice. */
function useLookUp(text: string): { readonly answer: Looked; again(): void } {
  const { conversations } = useAct()
  const [answer, setAnswer] = useState<Looked>()
  const [tries, setTries] = useState(0)
  useEffect(() => {
    setAnswer(undefined)
    const asked = text.trim()
    if (!asked) return
    let gone = false
    let slow: ReturnType<typeof setTimeout>
    const pause = setTimeout(async () => {
      slow = setTimeout(() => gone || setAnswer("looking"), LOOKING_AFTER_MS)
      const found = await conversations.lookUp(findAddress(asked) ?? asked)
      clearTimeout(slow)
      if (!gone) setAnswer(found)
    }, TYPING_PAUSE_MS)
    return () => {
      gone = true
      clearTimeout(pause)
      clearTimeout(slow)
    }
  }, [text, tries])
  return { answer, again: () => setTries(tries + 1) }
}

function Answer({ answer, onAgain }: { answer: Looked; onAgain: () => void }): VNode | null {
  if (!answer) return null
  if (answer === "looking") return <p class="answer">Looking…</p>
  switch (answer.state) {
    case "not-an-address":
      return <p class="answer">Paste an address: 0x and 40 digits.</p>
    case "checksum":
      return (
        <p class="answer answer-waits">
          <Icon name="warn" size={16} />One character is off. Check the address again.
        </p>
      )
    case "own":
      return <p class="answer">That is you.</p>
    case "no-answer":
      return (
        <p class="answer answer-waits">
          <Icon name="warn" size={16} />Could not ask the node.{" "}
          <Button look="text" onClick={onAgain}>Try again</Button>
        </p>
      )
  }
  const joined = answer.state === "joined"
  return (
    <div class="found">
      <SealOf address={answer.address} size={42} />
      <div>
        <strong class="mono">{short(answer.address)}</strong>
        {joined
          ? (
            <p class="answer answer-good">
              <Icon name="check" size={16} />Has joined. You can write now.
            </p>
          )
          : (
            <>
              <p class="answer answer-waits">
                <Icon name="clock" size={16} />Has not joined this network yet.
              </p>
              <CopyButton text={() => `Write to me, sealed: ${location.origin}`}>
                Copy an invitation
              </CopyButton>
            </>
          )}
      </div>
    </div>
  )
}
