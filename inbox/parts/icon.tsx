import type { VNode } from "preact"

// A set of our own: 20 px, stroke 1.6, round, one path each.
const PATHS = {
  search: "M14 14l3.2 3.2M15.5 9a6 6 0 1 1-12 0a6 6 0 0 1 12 0Z",
  pen: "M3.5 16.5l.9-3.6L13.2 4a1.9 1.9 0 0 1 2.7 2.7L7.1 15.6ZM11.8 5.4l2.7 2.7",
  qr: "M3 3h5v5H3ZM12 3h5v5h-5ZM3 12h5v5H3ZM12 12h2v2h-2ZM17 12v2.5M14.5 17H17M12 17h.1",
  shield: "M10 2.6l6 2v4.6c0 3.8-2.4 6.6-6 8.2c-3.6-1.6-6-4.4-6-8.2V4.6ZM7.3 9.9l2 2l3.6-3.9",
  more: "M4.2 10h.01M10 10h.01M15.8 10h.01",
  plus: "M10 3.5v13M3.5 10h13",
  smile: "M17 10a7 7 0 1 1-14 0a7 7 0 0 1 14 0ZM7.5 8h.01M12.5 8h.01M6.8 11.8a3.6 3.6 0 0 0 6.4 0",
  up: "M10 16V4.5M5.2 9.2L10 4.4l4.8 4.8",
  down: "M10 4v11.5M5.2 10.8l4.8 4.8l4.8-4.8",
  open: "M5.5 8l4.5 4.5L14.5 8",
  back: "M12.5 4L6.5 10l6 6",
  close: "M4.5 4.5l11 11M15.5 4.5l-11 11",
  check: "M4.5 10.5l3.8 3.8l7.4-8.3",
  clock: "M17 10a7 7 0 1 1-14 0a7 7 0 0 1 14 0ZM10 6v4.3l2.6 1.6",
  warn: "M10 3.2l7.2 13.3H2.8ZM10 8.2v3.6M10 14.2h.01",
  again: "M16 10a6 6 0 1 1-1.9-4.4M16.2 2.8v3.4h-3.4",
  ring: "M10 4a6 6 0 1 1-5.6 3.8",
  fetch: "M10 3v9.5M6 8.8l4 4l4-4M4 16.5h12",
  key:
    "M11.2 8.8L4 16v1.2h2.6v-1.8h1.8v-1.8h1.8l1.4-1.4M17 7a4 4 0 1 1-8 0a4 4 0 0 1 8 0ZM14.2 5.8h.01",
  copy: "M7 7h9v9H7ZM13 4H4v9",
  reply: "M8 4L3.5 8.5L8 13M3.5 8.5H11a5.5 5.5 0 0 1 5.5 5.5v2",
  sliders:
    "M3 6.5h8M15 6.5h2M3 13.5h2M9 13.5h8M15 6.5a2 2 0 1 1-4 0a2 2 0 0 1 4 0ZM9 13.5a2 2 0 1 1-4 0a2 2 0 0 1 4 0Z",
  file: "M5 2.5h6.5L15.5 6.5v11H5ZM11 2.8V7h4.3",
  link:
    "M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11",
  block: "M17 10a7 7 0 1 1-14 0a7 7 0 0 1 14 0ZM5.2 5.2l9.6 9.6",
  mute: "M6 8a4 4 0 0 1 8 0v3.5l1.5 2.5h-11L6 11.5ZM8.6 16.5a1.6 1.6 0 0 0 2.8 0M3.5 3.5l13 13",
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): VNode {
  return (
    <svg
      class={`icon icon-${name}`}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
