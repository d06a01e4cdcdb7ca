import type { VNode } from "preact"
import { useEffect, useMemo } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import { isPicture, isTooLarge, MESSAGE_BYTES } from "../../limits.ts"
import { IconButton } from "../../parts/button.tsx"
import { Icon } from "../../parts/icon.tsx"
import { Link } from "../../parts/link.tsx"
import { Person } from "../../parts/person.tsx"
import { Name } from "../../parts/text.tsx"
import { oneLine } from "../../text/plain.ts"
import { size } from "../../text/size.ts"
import { wordsOf } from "../../text/words.ts"

/** The files about to be sent. */
export function Tray(
  { files, onChange }: { files: readonly File[]; onChange: (files: readonly File[]) => void },
): VNode {
  const limit = useSelect((state) => state.node.maxMessageBytes) ?? MESSAGE_BYTES
  const fileStore = useSelect((state) => state.settings.fileStore)
  return (
    <ul class="tray" aria-label="Files to send">
      {files.map((file, i) => (
        <li key={`${i}-${file.name}`}>
          <Thumbnail file={file} />
          <span class="file-name">
            <Name text={file.name} />
          </span>
          <span class="file-note">{size(file.size)}</span>
          <IconButton
            icon="close"
            label={`Remove ${oneLine(file.name)}`}
            onClick={() => onChange(files.filter((one) => one !== file))}
          />
          {isTooLarge(file.size, limit) && !fileStore && (
            <p class="tray-problem">
              <Icon name="warn" size={15} />
              This file is too large for a message ({size(limit)}), and no file store is set.{" "}
              <Link to={{ at: "settings", page: "node" }}>Settings</Link>
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

function Thumbnail({ file }: { file: File }): VNode {
  const url = useMemo(() => isPicture(file.type) ? URL.createObjectURL(file) : undefined, [file])
  useEffect(() => () => {
    if (url) URL.revokeObjectURL(url)
  }, [url])
  return url
    ? <img class="thumbnail" src={url} alt="" width={44} height={44} />
    : <Icon name="file" />
}

/** The message that the next one answers, in two lines. */
export function Answering({ message }: { message: string }): VNode | null {
  const { messages } = useAct()
  const quoted = useSelect((state) => state.open?.messages.find((one) => one.id === message))
  if (!quoted) return null
  return (
    <div class="answering">
      <span class="quote">
        <strong>{quoted.mine ? "You" : <Person address={quoted.sender} />}</strong>
        <span>{oneLine(wordsOf(quoted.body))}</span>
      </span>
      <IconButton icon="close" label="Do not reply" onClick={() => messages.reply(undefined)} />
    </div>
  )
}
