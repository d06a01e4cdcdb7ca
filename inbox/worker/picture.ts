import { isPicture } from "../limits.ts"

/** Width and height of a picture, or nothing for what is none, whatever it calls itself. */
export async function pictureSize(file: Blob): Promise<{ width?: number; height?: number }> {
  if (!isPicture(file.type)) return {}
  try {
    const bitmap = await createImageBitmap(file)
    const { width, height } = bitmap
    bitmap.close()
    return { width, height }
  } catch {
    return {}
  }
}
