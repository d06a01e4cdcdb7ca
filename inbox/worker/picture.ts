// What a browser draws without running anything: SVG and HTML stay files.
const PICTURES = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
])

/** Width and height of a picture, or nothing for what is none, whatever it calls itself. */
export async function pictureSize(file: Blob): Promise<{ width?: number; height?: number }> {
  if (!PICTURES.has(file.type)) return {}
  try {
    const bitmap = await createImageBitmap(file)
    const { width, height } = bitmap
    bitmap.close()
    return { width, height }
  } catch {
    return {}
  }
}
