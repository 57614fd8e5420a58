/** Codes for what was typed on the command line. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with the filters of a run. */
export const commandCodes = defineCodes({
  FILTER_UNKNOWN: code<{ option: string; name: string; near?: string | undefined; known: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/cluster/scope.test.ts',
    title: 'A filter that names something unknown',
    summary: ({ option, name }) => `${option} ${name} is not in the cluster file`,
    why: 'nothing was done, rather than less than was meant',
    fix: ({ near, known }) => (near ? `did you mean ${near}?` : `there are: ${known.slice(0, 12).join(', ')}`),
    explain: '`--node` takes names of nodes, `--role` names of roles that some node has. Both may be given several times or as lists with commas.',
  }),
  FILTER_MATCHES_NOTHING: code({
    origin: 'command',
    shownBy: 'src/cluster/scope.test.ts',
    title: 'Filters that leave no node',
    summary: 'no node fits the filters',
    why: 'nothing was done; an empty run would look like a success',
    fix: 'leave out --node or --role; bramble check lists the nodes with their roles',
    explain: 'A node has to fit both `--node` and `--role` when both are given.',
  }),
})
