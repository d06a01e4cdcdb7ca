import type { ComponentChildren, VNode } from "preact"
import { useEffect, useState } from "preact/hooks"
import { useAct, useSelect } from "../context.ts"
import type { Connection, Problem } from "../model.ts"
import { Button } from "../parts/button.tsx"
import { Icon, type IconName } from "../parts/icon.tsx"
import { Link } from "../parts/link.tsx"
import { connectionWords, hostOf } from "../text/connection.ts"

type Tone = "rust" | "ochre" | "lapis"

function Strip(
  { tone, icon, end, children }: {
    tone: Tone
    icon: IconName
    end?: ComponentChildren
    children: ComponentChildren
  },
): VNode {
  return (
    <div class={`strip strip-${tone}`} role={tone === "rust" ? "alert" : "status"}>
      <Icon name={icon} size={18} />
      <p>{children}</p>
      {end}
    </div>
  )
}

/** On top of the sheet, only when it matters: what is wrong, and the way out. */
export function Strips(): VNode {
  const problems = useSelect((state) => state.problems)
  const connection = useSelect((state) => state.connection)
  const host = hostOf(useSelect((state) => state.node.url))
  return (
    <div class="strips">
      {problems.map((problem) => <ProblemStrip problem={problem} key={problem.kind} />)}
      {problems.every((one) => one.kind !== "no-node") && (
        <ConnectionStrip connection={connection} host={host} />
      )}
    </div>
  )
}

const OFFLINE_AFTER_MS = 3000

function ConnectionStrip(
  { connection, host }: { connection: Connection; host: string },
): VNode | null {
  const { settings } = useAct()
  const offline = connection.state === "offline"
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (!offline) return setShown(false)
    const timer = setTimeout(() => setShown(true), OFFLINE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [offline])
  if (connection.state === "catching-up") {
    return <Strip tone="lapis" icon="fetch">{connectionWords(connection, host)}</Strip>
  }
  if (connection.state !== "offline" || !shown) return null
  return (
    <Strip
      tone="ochre"
      icon="again"
      end={
        <>
          {connection.retryAt && <Countdown until={connection.retryAt} />}
          <Button look="text" onClick={settings.tryNow}>Try now</Button>
        </>
      }
    >
      Offline. What you write is sent later.
    </Strip>
  )
}

function ProblemStrip({ problem }: { problem: Problem }): VNode {
  const { settings } = useAct()
  switch (problem.kind) {
    case "no-node":
      return (
        <Strip
          tone="rust"
          icon="warn"
          end={<Button look="text" onClick={settings.tryNow}>Try now</Button>}
        >
          <strong>No node at {problem.host}.</strong> Is it running? <code>deno task node</code>
        </Strip>
      )
    case "other-network":
      return (
        <Strip tone="rust" icon="warn">
          <strong>This is another network.</strong>{" "}
          Your messages are on “{problem.mine}”, this node serves “{problem.theirs}”.{" "}
          <Link to={{ at: "settings", page: "node" }}>Choose a node</Link>
        </Strip>
      )
    case "refused":
      return (
        <Strip tone="ochre" icon="key">
          <strong>Your wallet said no.</strong> Nothing was sent.{" "}
          <Link to={{ at: "hello" }}>Ask again</Link>
        </Strip>
      )
    case "damaged":
      return (
        <Strip tone="rust" icon="warn">
          <strong>The copy in this browser is damaged.</strong> Your keys are fine.{" "}
          <Button look="text" onClick={settings.refetch}>Fetch the messages again</Button>
        </Strip>
      )
    case "keys-unreadable":
      return (
        <Strip tone="rust" icon="warn">
          <strong>The keys in this browser cannot be opened.</strong>{" "}
          <Link to={{ at: "hello" }}>Import your backup</Link>
        </Strip>
      )
    case "clock":
      return (
        <Strip tone="ochre" icon="clock">
          This computer’s clock is {problem.minutes} minutes off; the node refuses to let you write.
        </Strip>
      )
    case "pause":
      return (
        <Strip tone="ochre" icon="clock" end={<Countdown until={problem.until} />}>
          <strong>The node asks for a pause.</strong>{" "}
          Too many messages this minute; yours go out by themselves.
        </Strip>
      )
    case "broken":
      return (
        <Strip
          tone="rust"
          icon="warn"
          end={
            <>
              <Button look="text" onClick={() => location.reload()}>Reload</Button>
              <Button look="text" onClick={() => navigator.clipboard.writeText(problem.report)}>
                Copy the report
              </Button>
            </>
          }
        >
          <strong>Something broke in this page.</strong> Your messages are safe.
        </Strip>
      )
  }
}

function Countdown({ until }: { until: number }): VNode {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000))
  const [seconds, setSeconds] = useState(left)
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left()), 500)
    return () => clearInterval(timer)
  }, [until])
  return <strong class="countdown" aria-hidden="true">{seconds} s</strong>
}
