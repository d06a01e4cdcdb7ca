import type { ComponentType, VNode } from "preact"
import { useEffect, useState } from "preact/hooks"

/** A component in a chunk of its own, fetched when it is first drawn. */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
): (props: P) => VNode | null {
  let loaded: ComponentType<P> | undefined
  return function Later(props: P) {
    const [, draw] = useState(false)
    useEffect(() => {
      if (!loaded) load().then((part) => (loaded = part, draw(true)))
    }, [])
    const Part = loaded
    return Part ? <Part {...props} /> : null
  }
}
