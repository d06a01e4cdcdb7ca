import type { VNode } from "preact"
import { useState } from "preact/hooks"
import { useAct, useSelect } from "../../context.ts"
import { Button } from "../../parts/button.tsx"
import { size } from "../../text/size.ts"
import { AskForNode } from "../node-question.tsx"

/** Which node carries the messages, what it keeps, and what it can see. */
export function NodePage(): VNode {
  const { settings: act } = useAct()
  const node = useSelect((state) => state.node)
  const fileStore = useSelect((state) => state.settings.fileStore)
  const [url, setUrl] = useState(node.url)
  const [asking, setAsking] = useState(false)
  const [store, setStore] = useState(fileStore)
  const facts = [
    ["Network", node.network],
    ["Version", node.version],
    ["Largest message", node.maxMessageBytes && size(node.maxMessageBytes)],
    ["Keeps other topics", node.retentionDays && days(node.retentionDays)],
  ].filter(([, value]) => value)
  return (
    <>
      <form class="form" onSubmit={(event) => (event.preventDefault(), setAsking(true))}>
        <label for="node-url">Node</label>
        <input
          id="node-url"
          class="field mono"
          type="url"
          value={url}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
        <p class="buttons">
          <Button type="submit" disabled={url === node.url}>Use this node</Button>
        </p>
      </form>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h2>What this node can see</h2>
      <p>Your IP address, who invites whom, when and how much. Never what.</p>
      <form
        class="form"
        onSubmit={(event) => (event.preventDefault(), act.change({ fileStore: store.trim() }))}
      >
        <label for="file-store">
          File store for files too large for a message. They are sealed first, then written with
          PUT; <code>{"{digest}"}</code> becomes their digest.
        </label>
        <input
          id="file-store"
          class="field mono"
          placeholder="https://files.example/{digest}"
          value={store}
          onInput={(event) => setStore(event.currentTarget.value)}
        />
        <p class="buttons">
          <Button type="submit" disabled={store === fileStore}>Keep</Button>
        </p>
      </form>
      {asking && <AskForNode url={url} onNo={() => setAsking(false)} />}
    </>
  )
}

const days = (count: number): string => count === 1 ? "1 day" : `${count} days`
