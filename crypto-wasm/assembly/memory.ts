// Every file keeps its scratch and its constants in static memory of its own (`memory.data`), and
// offers a `wipe…` for what a call leaves there. Inputs and outputs lie above, from `heap` on.

/** The first address that belongs to inputs and outputs, a multiple of 16. */
export function heap(): usize {
  return (__heap_base + 15) & ~15
}

export function wipe(at: usize, length: usize): void {
  memory.fill(at, 0, length)
}
