import type { ComponentType, VNode } from "preact"
import { useEffect, useState } from "preact/hooks"

const AGAIN_MS = 1000

/** A component in a chunk of its own, fetched when it is first drawn; again while the node is away. */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
): (props: P) => VNode | null {
  let loaded: ComponentType<P> | undefined
  return function Later(props: P) {
    const [, draw] = useState(false)
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout>
      const fetch = () =>
        load().then(
          (part) => (loaded = part, draw(true)),
          () => timer = setTimeout(fetch, AGAIN_MS),
        )
      if (!loaded) fetch()
      return () => clearTimeout(timer)
    }, [])
    const Part = loaded
    return Part ? <Part {...props} /> : null
  }
}
