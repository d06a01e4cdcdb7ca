import type { Connection } from "../model.ts"
import { count } from "./size.ts"

export function connectionWords(connection: Connection, host: string): string {
  switch (connection.state) {
    case "live":
      return `Live on ${host}`
    case "connecting":
      return "Connecting…"
    case "offline":
      return "Offline"
    case "catching-up":
      return connection.total === undefined
        ? `Catching up: ${count(connection.done)} messages`
        : `Catching up: ${count(connection.done)} of ${count(connection.total)} messages`
  }
}

export function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}
