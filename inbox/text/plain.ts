// Text from strangers, made honest: characters that hide, reorder or imitate are shown as what they
// are, and only addresses that a browser opens safely become links.

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** A character nobody can see, by its name. */
  | { readonly kind: "hidden"; readonly name: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  /** Looks like a link, and must not be one. */
  | { readonly kind: "unsafe"; readonly text: string }

const HIDDEN: Readonly<Record<string, string>> = {
  "\u00ad": "soft hyphen",
  "\u061c": "ALM",
  "\u115f": "filler",
  "\u1160": "filler",
  "\u180e": "MVS",
  "\u200b": "zero width space",
  "\u200e": "LRM",
  "\u200f": "RLM",
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2060": "word joiner",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\u3164": "filler",
  "\ufeff": "BOM",
  "\uffa0": "filler",
}
// Zero-width (non-)joiners belong to emoji and to several scripts: kept between those, shown elsewhere.
const JOINERS: Readonly<Record<string, string>> = { "\u200c": "ZWNJ", "\u200d": "ZWJ" }
const TAKES_JOINER =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Sinhala}\p{Script=Gujarati}\p{Script=Gurmukhi}]/u

const LINK =
  /\b(?:https?:\/\/|mailto:)[^\s<>"\p{Cc}]+|\b(?:javascript|data|vbscript|file|blob):[^\s<>"\p{Cc}]*/giu

/** Cuts a message into what is drawn as text, as boxed names and as links. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = []
  let end = 0
  for (const match of text.matchAll(LINK)) {
    out.push(...visible(text.slice(end, match.index)))
    const [found, after] = trimTail(match[0])
    out.push(link(found), ...visible(after))
    end = match.index + match[0].length
  }
  out.push(...visible(text.slice(end)))
  return out
}

/** The same for names and file names: hidden characters shown, nothing clickable. */
export function visible(text: string): Piece[] {
  const out: Piece[] = []
  let plain = ""
  const chars = [...text]
  chars.forEach((char, i) => {
    const name = hiddenName(char, chars[i - 1])
    if (name === undefined) {
      plain += char
      return
    }
    if (plain) out.push({ kind: "text", text: plain })
    plain = ""
    out.push({ kind: "hidden", name })
  })
  if (plain) out.push({ kind: "text", text: plain })
  return out
}

/** One line for rows, notices and labels: hidden characters in brackets, blanks folded. */
export function oneLine(text: string): string {
  return visible(text.slice(0, 400))
    .map((piece) =>
      piece.kind === "hidden" ? `[${piece.name}]` : piece.kind === "text" ? piece.text : ""
    )
    .join("").replace(/\s+/g, " ").trim()
}

function hiddenName(char: string, before: string | undefined): string | undefined {
  const joiner = JOINERS[char]
  if (joiner) return before && TAKES_JOINER.test(before) ? undefined : joiner
  if (HIDDEN[char]) return HIDDEN[char]
  const code = char.codePointAt(0)!
  if (code < 32 && char !== "\n" && char !== "\t") return `U+${code.toString(16).padStart(4, "0")}`
  // Tags and variation selectors can carry hidden text.
  if (code >= 0xe0000 && code <= 0xe0fff) return `U+${code.toString(16)}`
  return undefined
}

/** Sentence marks after a link belong to the sentence. */
function trimTail(link: string): [string, string] {
  let found = link.replace(/[.,;:!?'"’”]+$/, "")
  while (found.endsWith(")") && found.split(")").length > found.split("(").length) {
    found = found.slice(0, -1)
  }
  return [found, link.slice(found.length)]
}

function link(text: string): Piece {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return { kind: "unsafe", text }
  }
  if (url.protocol !== "http:" && url.protocol !== "https:" && url.protocol !== "mailto:") {
    return { kind: "unsafe", text }
  }
  // `URL` writes hosts in punycode and drops what would hide them, so the reader sees the real host.
  const honest = url.username || url.password || hasHidden(text) ||
    !/^[\x20-\x7e]*$/.test(hostIn(text))
  return { kind: "link", text: honest ? url.href : text, href: url.href }
}

const hostIn = (text: string) => text.replace(/^\w+:\/*/, "").split(/[/?#]/)[0]!
const hasHidden = (text: string) => visible(text).some((piece) => piece.kind === "hidden")
