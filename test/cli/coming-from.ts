/** The table of docs/coming-from.md, as tests read it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../../docs/coming-from.md', import.meta.url))

/** One row. */
export interface Habit {
  readonly to: string
  /** What users of other tools type; `ansible-vault view` stands as `ansible vault view`. One that begins with a pattern of nodes is left out. */
  readonly others: readonly string[]
  /** What to type here. */
  readonly here: readonly string[]
}

/** All rows. */
export function comingFrom(): readonly Habit[] {
  const rows = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
  return rows.map((row) => {
    const [to = '', ...cells] = row.split('|').slice(1, -1)
    const commands = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, typed = '']) => typed))
    return {
      to: to.trim(),
      others: commands
        .filter((typed) => /^(terraform|kubectl|ansible-|k0sctl|kamal)/.test(typed))
        .map((typed) => typed.replace(/^ansible-/, 'ansible ')),
      here: commands.filter((typed) => typed.startsWith('bramble ')),
    }
  })
}
