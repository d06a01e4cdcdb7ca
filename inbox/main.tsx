// Assembles the page: state, worker, actions, view.
import "./style/all.css"
import { applyTheme } from "./theme.ts"
import { render } from "preact"
import { App } from "./app.tsx"
import { PageContext } from "./context.ts"
import { listenForKeys } from "./keyboard.ts"
import { accountPart } from "./page/account.ts"
import { wire } from "./page/actions.ts"
import { startWorker } from "./page/bridge.ts"
import { hear } from "./page/news.ts"
import { findPlace, navigation } from "./page/place.ts"
import { reportFailures, tooOld } from "./page/failures.ts"
import { keepTime, watchUnread } from "./page/title.ts"
import { currentRoute } from "./route.ts"
import { initialState, type State } from "./state.ts"
import { store } from "./store.ts"

applyTheme()
const lacks = tooOld()
const root = document.querySelector<HTMLElement>("#page")!
if (lacks) root.textContent = `This browser is too old for Wafer: it lacks ${lacks}.`
else await begin()

async function begin(): Promise<void> {
  const place = findPlace()
  const state = store<State>({
    ...initialState(currentRoute(location), place.node),
    ...(place.proposed && { proposedNode: place.proposed }),
  })
  const failed = reportFailures(state)
  const { desk, engine } = startWorker({
    sign: (address, text) => account.sign(address, text),
    news: (news) => hear(state, news),
    failed,
  })
  const go = navigation(state)
  const account = accountPart({ store: state, desk, snapshot: engine.snapshot, place, go })
  const act = wire({ store: state, engine, go, account: account.actions })
  listenForKeys(state, act)
  watchUnread(state)
  keepTime(state)
  render(
    <PageContext.Provider value={{ store: state, act }}>
      <App />
    </PageContext.Provider>,
    root,
  )
  await account.begin()
  // After everything that somebody waits for. Without it the page opens only while the node answers.
  navigator.serviceWorker?.register("/shell.js").catch(console.warn)
}
