/** Codes for plans that are kept in a file and applied later. */
import { code, defineCodes } from '../define-codes.ts'

/** The first names of what has changed; a whole cluster would fill the screen. */
const NAMED = 6

/** What can be wrong with a plan that is kept, or is to be. */
export const planCodes = defineCodes({
  PLAN_NOT_KEPT: code<{ file: string; plan: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/plan-file.test.ts',
    title: 'A plan that is not written to its file',
    summary: ({ file }) => `${file} was not written: not everything could be looked at`,
    why: 'an apply would do things that nobody has seen in the plan',
    fix: ({ plan }) => `mend what the lines above name, or leave those nodes out (-n '!NODE'), then ${plan}`,
    explain:
      '`bramble plan --out FILE` keeps a plan only when every node and engine that it is about was looked at and nothing stands in the way of it. A file of that name ' +
      'which was there before stays as it was.',
  }),
  PLAN_FILE_UNUSABLE: code<{ file: string; problem: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/plan-file.test.ts',
    title: 'A file that is no plan',
    summary: ({ file, problem }) => `${file} ${problem}`,
    why: 'bramble apply FILE carries out what bramble plan --out FILE has written, and nothing else',
    fix: ({ file }) => `bramble plan --out ${file}; the cluster file is named with -f, nodes with -n`,
    explain:
      'The file is JSON and has the version of its format in the key `plan`. Another version of Bramble may write another one: plan again with the version that is to apply it.',
  }),
  PLAN_OUTDATED: code<{ file: string; changed: readonly string[]; plan: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/plan-file.test.ts',
    title: 'A plan that is not what an apply would do now',
    summary: ({ file, changed }) =>
      `since ${file} was made, ${changed.length === 1 ? 'this has' : `${changed.length} things have`} changed: ${namesOf(changed)}`,
    why: 'an apply would do something else than the plan says; nothing was changed',
    fix: ({ file, plan }) => `${plan}, read it, then bramble apply ${file}`,
    explain:
      'A plan in a file holds for what it was made from: the cluster file, the files beside it, `cluster.lock`, the secrets, the releases, the version of Bramble, the options that chose the ' +
      'cluster and its nodes, and what the nodes showed. `bramble apply FILE` looks at the nodes again and changes something only when all of it is the same. So a plan can be applied once.',
  }),
})

function namesOf(changed: readonly string[]): string {
  const more = changed.length - NAMED
  return [...changed.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}
