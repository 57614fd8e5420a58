/** Shell text without what only people read. */

/** What stands behind the opening brace of a function: its arguments, for readers. */
const ABOUT_FUNCTION = /^(\w+\(\) \{) # .*$/

/**
 * The same program without whole-line comments, comments on functions, blank lines and indentation: it travels to every
 * node on every run. The files under `src` hold no here-documents, so no line's indentation means anything.
 */
export function condensed(shell: string): string {
  return shell
    .split('\n')
    .map((line) => line.replace(/^[ \t]+/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => `${line.replace(ABOUT_FUNCTION, '$1')}\n`)
    .join('')
}
