/** Hands a file to the browser, which asks where to keep it. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The browser reads it in its own time, and does not tell when it has.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
