import type { VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useAct } from "../../context.ts"
import type { FileView, Message } from "../../model.ts"
import { Button } from "../../parts/button.tsx"
import { Name } from "../../parts/text.tsx"
import { saveFile } from "../../save-file.ts"
import { size, sizeOf } from "../../text/size.ts"

const LONGEST_SIDE = 300

/** A file: a picture when the browser could open it as one, else a card. */
export function FileOf(
  { message, file, closed }: { message: Message; file: FileView; closed: boolean },
): VNode {
  if (file.state === "here" && file.width && file.height && !closed) {
    return <Picture message={message} file={file} />
  }
  return <Card message={message} file={file} closed={closed} />
}

/** The place is kept before the bytes arrive, so nothing shifts. */
function Picture({ message, file }: { message: Message; file: FileView }): VNode {
  const url = useFile(message.id)
  const scale = Math.min(1, LONGEST_SIDE / Math.max(file.width!, file.height!))
  const [width, height] = [Math.round(file.width! * scale), Math.round(file.height! * scale)]
  const upload = message.delivery.state === "uploading" ? message.delivery : undefined
  return (
    <span class="picture">
      <img
        {...(url ? { src: url } : {})}
        width={width}
        height={height}
        alt={`Photo: ${file.name}`}
        decoding="async"
      />
      {upload && <progress value={upload.done} max={upload.total} aria-label="Uploading" />}
    </span>
  )
}

function Card(
  { message, file, closed }: { message: Message; file: FileView; closed: boolean },
): VNode {
  const { messages } = useAct()
  const upload = message.delivery.state === "uploading" ? message.delivery : undefined
  return (
    <div class="file">
      <span class="file-type" aria-hidden="true">{extension(file.name)}</span>
      <span class="file-name">
        <Name text={file.name} />
      </span>
      <span class="file-note">
        {upload ? `Uploading ${sizeOf(upload.done, upload.total)}` : note(file)}
      </span>
      {upload && <progress value={upload.done} max={upload.total} aria-label="Uploading" />}
      {!upload && !closed && file.state === "here" && (
        <Button
          look="text"
          onClick={async () => save(file, await messages.file(message.id))}
        >
          Save
        </Button>
      )}
      {!closed && (file.state === "away" || file.state === "failed") && (
        <Button
          look="text"
          onClick={() => messages.fetchFile(message.id)}
        >
          Fetch
        </Button>
      )}
    </div>
  )
}

function note(file: FileView): string {
  switch (file.state) {
    case "here":
      return `${size(file.size)} · sealed, checked`
    case "away":
      return `${size(file.size)}, kept at ${file.host}`
    case "fetching":
      return `Fetching ${size(file.size)} from ${file.host}`
    case "unlike":
      return "This file is not the one that was sent."
    case "failed":
      return `${file.host} did not give the file.`
  }
}

function extension(name: string): string {
  const end = name.slice(name.lastIndexOf(".") + 1)
  return /^[a-z0-9]{1,4}$/i.test(end) ? end.toUpperCase() : "FILE"
}

/** Files are never opened here, whatever they call themselves: the browser saves them. */
function save({ name }: FileView, bytes: Blob): void {
  saveFile(name, new Blob([bytes], { type: "application/octet-stream" }))
}

/** A `blob:` URL that lives as long as the picture is drawn. */
function useFile(message: string): string | undefined {
  const { messages } = useAct()
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    let made: string | undefined
    let gone = false
    messages.file(message).then((blob) => {
      if (!gone) setUrl(made = URL.createObjectURL(blob))
    }, () => setUrl(undefined))
    return () => {
      gone = true
      if (made) URL.revokeObjectURL(made)
    }
  }, [message])
  return url
}
