// What a screen reader should say about arrivals: each one, unless they come in a crowd.

const CROWD_MS = 1000
const CROWD = 3

let say: ((text: string) => void) | undefined
let waiting: { readonly name: string; readonly text: string }[] = []
let timer: ReturnType<typeof setTimeout> | undefined

/** Hears what is to be said. One listener: the page's live region. */
export function onAnnounce(listener: (text: string) => void): () => void {
  say = listener
  return () => {
    if (say === listener) say = undefined
  }
}

/** Announces a message that came in. */
export function announce(name: string, text: string): void {
  waiting.push({ name, text })
  timer ??= setTimeout(() => {
    const arrived = waiting
    waiting = []
    timer = undefined
    say?.(spoken(arrived))
  }, CROWD_MS)
}

/** One sentence for what came within a second. */
export function spoken(
  arrived: readonly { readonly name: string; readonly text: string }[],
): string {
  if (arrived.length <= CROWD) return arrived.map(({ name, text }) => `${name}: ${text}`).join(". ")
  const names = [...new Set(arrived.map(({ name }) => name))]
  return `${arrived.length} new messages from ${names.join(", ")}`
}
