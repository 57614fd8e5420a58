/** Shell text without what only people read. */

/**
 * The same program without whole-line comments, blank lines and indentation: it travels to every node on every run.
 * The files under `src` hold no here-documents, so no line's indentation means anything.
 */
export function condensed(shell: string): string {
  return shell
    .split('\n')
    .map((line) => line.replace(/^[ \t]+/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => `${line}\n`)
    .join('')
}
