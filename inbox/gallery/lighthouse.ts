/** The view from the node's window: one picture for the gallery and for the tests, drawn here. */
export async function lighthouse(): Promise<Blob> {
  const canvas = new OffscreenCanvas(580, 300)
  const c = canvas.getContext("2d")!
  const shape = (fill: string | CanvasGradient, path: string) => {
    c.fillStyle = fill
    c.fill(new Path2D(path))
  }
  const sky = c.createLinearGradient(0, 0, 0, 205)
  sky.addColorStop(0, "#56648a")
  sky.addColorStop(1, "#c99a8b")
  shape(sky, "M0 0H580V205H0Z")
  const sea = c.createLinearGradient(0, 205, 0, 300)
  sea.addColorStop(0, "#a58a91")
  sea.addColorStop(.35, "#566990")
  sea.addColorStop(1, "#3d4d70")
  shape(sea, "M0 205H580V300H0Z")
  shape("#f6ddb0", "M128 183a30 30 0 0 1 60 0Z")
  shape("#8f7d90", "M0 176Q90 158 160 172T330 165T470 172T580 150V205H0Z")
  for (
    const [x, y, w] of [[124, 214, 68], [118, 224, 88], [112, 234, 62], [136, 244, 52], [
      142,
      256,
      42,
    ]]
  ) {
    shape("#e9cfae", `M${x} ${y}h${w}v3h-${w}Z`)
  }
  shape("#ffffff2e", "M290 16L440 44V64L290 70Z")
  shape("#ffffff2e", "M580 18L452 44V64L580 74Z")
  shape("#1f2838", "M290 300Q330 240 290 226Q380 175 450 190T580 205V300Z")
  shape("#f0e8da", "M438 66H462L470 190H430Z")
  shape("#a61e36", "M435.500 110H464.500L466.500 138H433.500Z")
  shape("#a61e36", "M432.500 160H467.500L469 184H431Z")
  shape("#1f2838", "M434 66V48L450 28L466 48V66Z")
  shape("#ffe9a8", "M441 46H459V62H441Z")
  return await canvas.convertToBlob({ type: "image/png" })
}
