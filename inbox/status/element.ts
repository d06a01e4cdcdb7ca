/** An element with its children; text is text. */
export function h(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(name)
  if (className) element.className = className
  element.append(...children)
  return element
}

export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

/** A sheet with a title, and a few words about what it shows. */
export function panel(title: string, note: string, ...content: (Node | string)[]): HTMLElement {
  return h("section", "panel", h("h2", "", title), h("p", "note", note), ...content)
}

/** The inside of a `dl`. */
export function facts(all: Readonly<Record<string, string>>): HTMLElement[] {
  return Object.entries(all).flatMap(([name, value]) => [h("dt", "", name), h("dd", "", value)])
}

export function meter(label: string, value: number, max: number): HTMLProgressElement {
  const bar = document.createElement("progress")
  bar.ariaLabel = label
  bar.max = max
  bar.value = value
  return bar
}

/** "12 days", "3 h", "40 s": the largest unit that says enough. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
