import type { VNode } from "preact"
import { type Piece, pieces, visible } from "../text/plain.ts"

/** A message's words: isolated, in their own direction, links underlined. */
export function Words({ text, links = true }: { text: string; links?: boolean }): VNode {
  return <bdi class="words" dir="auto">{(links ? pieces(text) : visible(text)).map(drawn)}</bdi>
}

/** A name that somebody chose: hidden characters become visible, nothing is clickable. */
export function Name({ text }: { text: string }): VNode {
  return <bdi dir="auto">{visible(text).map(drawn)}</bdi>
}

function drawn(piece: Piece, key: number): VNode | string {
  switch (piece.kind) {
    case "text":
      return piece.text
    case "hidden":
      return (
        <span class="hidden-char" key={key} title="A character that cannot be seen">
          {piece.name}
        </span>
      )
    case "link":
      return (
        <a key={key} href={piece.href} target="_blank" rel="noopener noreferrer">{piece.text}</a>
      )
    case "unsafe":
      return (
        <code class="unsafe" key={key} title="Not a link that is safe to open">{piece.text}</code>
      )
  }
}
