import type { VNode } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import type { Conversation } from "../../model.ts"
import { IconButton } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { later } from "../../parts/later.tsx"
import { usePersonName } from "../../parts/person.tsx"
import { oneLine } from "../../text/plain.ts"
import { type Draft, draftOf, keepDraft } from "./drafts.ts"
import { Answering, Tray } from "./tray.tsx"

const Emoji = later(() => import("./emoji.tsx").then((part) => part.Emoji))

export interface ComposerProps {
  readonly conversation: Conversation
  readonly replyTo: string | undefined
  /** Files dropped on the sheet. */
  readonly dropped: readonly File[]
}

/** Where a message is written. The round seal sends it. */
export function Composer({ conversation, replyTo, dropped }: ComposerProps): VNode {
  const { messages } = useAct()
  const withEnter = useSelect((state) => state.settings.sendWithEnter)
  const name = usePersonName(conversation.peer)
  const [draft, setDraft] = useState<Draft>(() => draftOf(conversation.id))
  const [emoji, setEmoji] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const empty = !draft.text.trim() && !draft.files.length

  const change = (next: Draft) => {
    keepDraft(conversation.id, next)
    setDraft(next)
  }
  const addFiles = (files: Iterable<File>) =>
    change({ ...draft, files: [...draft.files, ...files] })
  const send = () => {
    if (empty) return
    const text = draft.text.trim()
    if (draft.files.length) messages.attach(conversation.id, draft.files)
    if (text) messages.send(conversation.id, text, replyTo)
    change({ text: "", files: [] })
    messages.reply(undefined)
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.isComposing) return
    const asked = withEnter ? !event.shiftKey : event.ctrlKey || event.metaKey
    if (!asked) return
    event.preventDefault()
    send()
  }
  const insert = (text: string) => {
    const at = field.current?.selectionStart ?? draft.text.length
    change({ ...draft, text: draft.text.slice(0, at) + text + draft.text.slice(at) })
  }

  useEffect(() => {
    if (dropped.length) addFiles(dropped)
  }, [dropped])
  useEffect(() => {
    if (replyTo) field.current?.focus()
  }, [replyTo])
  useLayoutEffect(() => {
    const element = field.current!
    element.style.height = "auto"
    element.style.height = `${element.scrollHeight}px`
  }, [draft.text])

  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), send())}>
      {replyTo && <Answering message={replyTo} />}
      {draft.files.length > 0 && (
        <Tray
          files={draft.files}
          onChange={(files) => change({ ...draft, files })}
        />
      )}
      <div class="composer-line">
        <IconButton icon="plus" label="Attach a file" onClick={() => picker.current?.click()} />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to attach"
          onChange={(event) => {
            addFiles(event.currentTarget.files ?? [])
            event.currentTarget.value = ""
          }}
        />
        <textarea
          ref={field}
          id="composer"
          rows={1}
          dir="auto"
          aria-label={`Write to ${oneLine(name)}`}
          placeholder={`Write to ${oneLine(name)}`}
          value={draft.text}
          onInput={(event) => {
            change({ ...draft, text: event.currentTarget.value })
            messages.writing(conversation.id)
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = event.clipboardData?.files
            if (!files?.length) return
            event.preventDefault()
            addFiles(files)
          }}
        />
        <span class="wide-only composer-emoji">
          <IconButton
            icon="smile"
            label="Emoji"
            aria-expanded={emoji}
            onClick={() => setEmoji(!emoji)}
          />
          {emoji && <Emoji onChoose={insert} onClose={() => setEmoji(false)} />}
        </span>
        <button
          type="submit"
          class="send"
          aria-label="Seal and send"
          title="Seal and send"
          aria-disabled={empty}
        >
          <Icon name="up" />
        </button>
      </div>
    </form>
  )
}
