/** What is written and not yet sent, for as long as the window lives. */
export interface Draft {
  readonly text: string
  readonly files: readonly File[]
}

const EMPTY: Draft = { text: "", files: [] }
const drafts = new Map<string, Draft>()

export function draftOf(conversation: string): Draft {
  return drafts.get(conversation) ?? EMPTY
}

export function keepDraft(conversation: string, draft: Draft): void {
  if (draft.text || draft.files.length) drafts.set(conversation, draft)
  else drafts.delete(conversation)
}
