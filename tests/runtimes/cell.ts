// One cell of the matrix: a way in which the packages are used.
import type { Project } from "./project.ts"

/** What a cell is handed. */
export interface Setting {
  /** Where a node answers. */
  readonly url: string
  /** Where the tarball of one of the packages stands, as a dependency. */
  packed(name: string): string
  /**
   * A fresh project with the packed SDK and these dependencies besides. Cells that ask for the same share
   * one, so they must not write what another one reads.
   */
  project(dependencies?: Record<string, string>): Promise<Project>
}

export interface Cell {
  readonly name: string
  /** Takes long or needs a large download: runs only with WAFER_MATRIX=full. */
  readonly heavy?: boolean
  /** Why this machine cannot run the cell, if so. */
  missing?(): string | undefined
  /** Runs the program of the matrix and resolves with what it received. */
  run(setting: Setting): Promise<unknown[]>
}
