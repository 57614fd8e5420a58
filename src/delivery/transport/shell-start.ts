/** How words become a command on a node, whatever shell its user logs in to. */
import { Bug } from '../../diagnostics/bug.ts'
import { commandLine } from '../../shell/quote.ts'
import { shellStart } from './shell-start.generated.ts'

/** The line behind which standard input belongs to the command. */
const END = '.bramble'

/** What ssh is told to run: the login shell reads this and nothing else. */
export const loginWords: readonly string[] = ['sh', '-c', shellStart, END]

/** What goes ahead on standard input. The command takes the place of the shell that reads it. */
export function startText(argv: readonly string[]): string {
  const text = `exec ${commandLine(argv)}\n`
  if (text.split('\n').includes(END)) throw new Bug(`a word of a command has the line ${END}`)
  return `${text}${END}\n`
}
