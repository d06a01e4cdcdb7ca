// Times in the reader's own locale.
const DAY = 86_400_000

const format = (options: Intl.DateTimeFormatOptions) => {
  let made: Intl.DateTimeFormat | undefined
  return (ms: number) => (made ??= new Intl.DateTimeFormat(undefined, options)).format(ms)
}

/** `10:46` */
export const clock: (ms: number) => string = format({ hour: "2-digit", minute: "2-digit" })
/** `10:44:07` */
export const seconds: (ms: number) => string = format({
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
})
/** `2 March 2026` */
export const date: (ms: number) => string = format({
  day: "numeric",
  month: "long",
  year: "numeric",
})
const weekday = format({ weekday: "short" })
const dayMonth = format({ day: "numeric", month: "short" })
const dayMonthYear = format({ day: "numeric", month: "short", year: "numeric" })
const longDay = format({ weekday: "long", day: "numeric", month: "long" })
const longDayYear = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" })

/** The first moment of the day that `ms` falls on. */
export function dayOf(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0)
}

/** In the list: `10:46` today, `Fri` within a week, else `9 Nov`. */
export function when(ms: number, now: number): string {
  const days = Math.round((dayOf(now) - dayOf(ms)) / DAY)
  if (days <= 0) return clock(ms)
  if (days < 7) return weekday(ms)
  return new Date(ms).getFullYear() === new Date(now).getFullYear()
    ? dayMonth(ms)
    : dayMonthYear(ms)
}

/** Between messages of different days: `Sunday, 22 November`. */
export function dateline(ms: number, now: number): string {
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? longDay(ms) : longDayYear(ms)
}

const SPANS = [["day", DAY], ["hour", 3_600_000], ["minute", 60_000]] as const

/** How long one moment is after another: `0.3 seconds later`, `2 hours earlier`. */
export function apart(ms: number): string {
  const length = Math.abs(ms)
  const [unit, span] = SPANS.find(([, span]) => length >= span) ?? ["second", 1000]
  const count = unit === "second" ? Math.round(length / 100) / 10 : Math.round(length / span)
  return `${count} ${unit}${count === 1 ? "" : "s"} ${ms < 0 ? "earlier" : "later"}`
}
