/** One event: a name of few words, and plain facts. Never a payload, never a token. */
export type Log = (
  level: LogLevel,
  event: string,
  facts?: Readonly<Record<string, string | number | boolean | undefined>>,
) => void

export type LogLevel = "debug" | "info" | "warn" | "error"

const ranks: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Writes one line of JSON per event. */
export function createLog(write: (line: string) => void, least: LogLevel = "info"): Log {
  return (level, event, facts) => {
    if (ranks[level] < ranks[least]) return
    write(JSON.stringify({ time: new Date().toISOString(), level, event, ...facts }))
  }
}

export const silent: Log = () => {}
