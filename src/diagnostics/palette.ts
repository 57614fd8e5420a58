/** The colours that a human rendering may use, handed in by whoever knows the terminal. */

/** Six ways to mark text. `picocolors.createColors(true)` is one. */
export interface Palette {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  yellow(text: string): string
  green(text: string): string
  cyan(text: string): string
}

const plain = (text: string): string => text

/** Leaves text as it is: for files, pipes and NO_COLOR. */
export const NO_COLOURS: Palette = {
  bold: plain,
  dim: plain,
  red: plain,
  yellow: plain,
  green: plain,
  cyan: plain,
}
