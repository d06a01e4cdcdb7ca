// The part of node:test that the suites use, for a page: tests are collected while modules load and
// run one after another when the page calls `run`.
type Body = (context: Context) => unknown

interface Context {
  readonly name: string
  test(name: string, ...rest: [Options, Body] | [Body]): Promise<void>
  skip(reason?: string): void
  diagnostic(text: string): void
  after(hook: () => unknown): void
}

interface Options {
  readonly skip?: boolean | string
  readonly todo?: boolean | string
  readonly timeout?: number
}

interface Suite {
  readonly name: string
  readonly parent: Suite | undefined
  readonly before: (() => unknown)[]
  readonly after: (() => unknown)[]
  readonly beforeEach: (() => unknown)[]
  readonly afterEach: (() => unknown)[]
  readonly children: (() => Promise<void>)[]
}

/** What the page reports when all tests have run. */
export interface Result {
  passed: number
  failed: number
  skipped: number
  readonly failures: string[]
}

const result: Result = { passed: 0, failed: 0, skipped: 0, failures: [] }
const newSuite = (name: string, parent?: Suite): Suite => ({
  name,
  parent,
  before: [],
  after: [],
  beforeEach: [],
  afterEach: [],
  children: [],
})
const root = newSuite("")
let current = root

const lineage = (suite: Suite | undefined): Suite[] =>
  suite === undefined ? [] : [...lineage(suite.parent), suite]

async function runTest(suite: Suite, name: string, options: Options, body: Body): Promise<void> {
  const title = [...lineage(suite).map((s) => s.name), name].filter(Boolean).join(" > ")
  if (options.skip || options.todo) {
    result.skipped++
    return
  }
  const cleanups: (() => unknown)[] = []
  let skipped = false
  const context: Context = {
    name,
    test: (child, ...rest) => runTest(newSuite(name, suite), child, ...split(rest)),
    skip: () => void (skipped = true),
    diagnostic: () => {},
    after: (hook) => void cleanups.push(hook),
  }
  const failuresBefore = result.failed
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    for (const s of lineage(suite)) for (const hook of s.beforeEach) await hook()
    await Promise.race([
      Promise.resolve(body(context)),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("timed out")), options.timeout ?? 120_000)
      }),
    ])
    for (const s of lineage(suite)) for (const hook of s.afterEach) await hook()
    if (skipped) result.skipped++
    else if (result.failed === failuresBefore) result.passed++
  } catch (error) {
    result.failed++
    result.failures.push(
      `${title}\n${error instanceof Error ? error.stack ?? error.message : error}`,
    )
  } finally {
    clearTimeout(timer)
    for (const cleanup of cleanups) await cleanup()
  }
}

function split(rest: [Options, Body] | [Body]): [Options, Body] {
  return rest.length === 1 ? [{}, rest[0]] : rest
}

function add(name: string, ...rest: [Options, Body] | [Body]): void {
  const suite = current
  suite.children.push(() => runTest(suite, name, ...split(rest)))
}

async function runSuite(suite: Suite): Promise<void> {
  for (const hook of suite.before) await hook()
  for (const child of suite.children) await child()
  for (const hook of suite.after) await hook()
}

export function describe(name: string, ...rest: [Options, () => void] | [() => void]): void {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest
  if ((options as Options).skip) return void result.skipped++
  const parent = current
  const suite = newSuite(name, parent)
  parent.children.push(() => runSuite(suite))
  current = suite
  try {
    body()
  } finally {
    current = parent
  }
}

export const suite = describe
export const test = Object.assign(add, { skip: () => void result.skipped++ })
export const it = test
export const before = (hook: () => unknown): void => void current.before.push(hook)
export const after = (hook: () => unknown): void => void current.after.push(hook)
export const beforeEach = (hook: () => unknown): void => void current.beforeEach.push(hook)
export const afterEach = (hook: () => unknown): void => void current.afterEach.push(hook)
export default test

/** Runs all that was collected. */
export async function run(): Promise<Result> {
  await runSuite(root)
  return result
}
