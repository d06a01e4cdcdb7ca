import { utf8 } from "../bytes.ts"
import type { Codec } from "../content/content.ts"
import { WaferError } from "../error.ts"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Plain text, the content of a message when no other codec is named. */
export const text: Codec<string> = {
  type: { authorityId: "xmtp.org", typeId: "text", versionMajor: 1, versionMinor: 0 },
  encode: (value) => ({
    parameters: { encoding: "UTF-8" },
    content: utf8(value),
  }),
  decode({ parameters, content }) {
    // Clients before 12.0 wrote and accepted text without the parameter.
    const encoding = parameters.encoding ?? "UTF-8"
    if (encoding !== "UTF-8") {
      throw new WaferError("invalid-content", `text in encoding ${encoding}`)
    }
    return decoder.decode(content)
  },
}
