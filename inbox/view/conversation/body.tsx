import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { Message } from "../../model.ts"
import { Words } from "../../parts/text.tsx"
import { size } from "../../text/size.ts"
import { FileOf } from "./file.tsx"

/** What a message says. `closed` keeps links and pictures shut: its sender is not allowed yet. */
export function BodyOf({ message, closed }: { message: Message; closed: boolean }): VNode {
  const { body } = message
  switch (body.kind) {
    case "text":
      return <Text text={body.text} closed={closed} />
    case "file":
      return <FileOf message={message} file={body.file} closed={closed} />
    case "transaction":
      return (
        <>
          <p>{body.text}</p>
          <p class="aside-line mono">{body.network} · {body.reference}</p>
        </>
      )
    case "unknown":
      return <Unknown type={body.type} fallback={body.fallback} />
    case "broken":
      return <Broken message={message} reason={body.reason} />
  }
}

const FOLD_OVER = 4000
const FOLD_TO = 1200

function Text({ text, closed }: { text: string; closed: boolean }): VNode {
  const [whole, setWhole] = useState(false)
  const fold = text.length > FOLD_OVER && !whole
  return (
    <p>
      <Words text={fold ? text.slice(0, FOLD_TO) : text} links={!closed} />
      {fold && (
        <>
          …{" "}
          <button type="button" class="text-button" onClick={() => setWhole(true)}>
            Show all ({size(new Blob([text]).size)})
          </button>
        </>
      )}
    </p>
  )
}

function Unknown({ type, fallback }: { type: string; fallback: string | undefined }): VNode {
  if (!fallback) return <p>Something this page has no view for.</p>
  return (
    <>
      <p>
        <Words text={fallback} links={false} />
      </p>
      <p class="aside-line">
        This page has no view for <code>{type}</code>, so this is the sender’s description.
      </p>
    </>
  )
}

function Broken({ message, reason }: { message: Message; reason: string }): VNode {
  const { messages } = useAct()
  return (
    <>
      <p>
        <strong>The seal on this one is broken</strong>
      </p>
      <p class="aside-line">
        {reason}, so it stays closed.{" "}
        <button type="button" class="text-button" onClick={() => messages.verify(message.id)}>
          Why
        </button>
      </p>
    </>
  )
}
