/** A piece of a page whose text is safe to show. */
export interface Html {
  readonly html: string
}

type Value = Html | readonly Html[] | string | number

/** Fills a template; what is not Html is escaped. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return { html: strings.reduce((page, text, i) => page + render(values[i - 1]!) + text) }
}

function render(value: Value): string {
  if (typeof value === "string" || typeof value === "number") return escape(String(value))
  return "html" in value ? value.html : value.map(({ html }) => html).join("\n")
}

function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
  return text.replace(/[&<>"]/g, (c) => entities[c]!)
}
