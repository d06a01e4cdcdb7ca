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
    const Part = loaded
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout>
      const fetch = () =>
        load().then(
          (part) => (loaded = part, draw(true)),
          () => timer = setTimeout(fetch, AGAIN_MS),
        )
      // Also when it has come between drawing and this: nothing else would draw it.
      if (!Part) fetch()
      return () => clearTimeout(timer)
    }, [])
    return Part ? <Part {...props} /> : null
  }
}
