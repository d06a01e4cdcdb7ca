// The worker: keys, crypto, network and database, away from the page that draws.
import type { Desk, Engine, PageSide } from "../protocol.ts"
import { type Port, remote, serve } from "../rpc.ts"
import { desk, type OpenAccount } from "./desk.ts"
import { engine } from "./engine.ts"
import { type Tabs, tabs } from "./tabs.ts"

const port = self as unknown as Port
const page = remote<PageSide>(port, "page").functions
// What nobody expected here is told where a person sees it.
addEventListener(
  "unhandledrejection",
  ({ reason }) => void page.failed(String(reason?.stack ?? reason)),
)
addEventListener("error", ({ error, message }) => void page.failed(String(error?.stack ?? message)))

let office = Promise.withResolvers<Tabs>()

function begin({ profile, node, account, secrets, database }: OpenAccount): void {
  office.resolve(tabs({
    profile,
    lead: (tell) => engine({ profile, node, account, keys: secrets.keys, database, tell }),
    onNews: (news) => void page.news(news),
  }))
}

serve<Desk>(
  port,
  "desk",
  desk({
    page,
    onOpen: begin,
    async onForget() {
      await (await office.promise).leave()
      office = Promise.withResolvers()
    },
  }),
)

serve<Engine>(
  port,
  "engine",
  new Proxy({} as Engine, {
    get: (_, name: keyof Engine) => async (...args: never[]) => {
      const { engine } = await office.promise
      return await (engine[name] as (...args: never[]) => unknown)(...args)
    },
  }),
)
