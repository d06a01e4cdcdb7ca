// Day, night, or as the system says. Kept outside the profile, so that it is there before paint.

export type Theme = "system" | "light" | "dark"

const KEY = "wafer.theme"

export function theme(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === "light" || kept === "dark" ? kept : "system"
}

export function setTheme(next: Theme): void {
  if (next === "system") localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, next)
  applyTheme()
}

export function applyTheme(): void {
  const now = theme()
  if (now === "system") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = now
}
