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
