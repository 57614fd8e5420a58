/** Codes for guided edits of the cluster file. */
import { code, defineCodes } from '../define-codes.ts'

const EDITING =
  '`bramble node add`, `remove` and `rename` change the cluster file, check what comes out, show the plan and ask before they write.'

/** What keeps the cluster file from being edited. */
export const editCodes = defineCodes({
  NODE_NOT_IN_FILE: code<{ node: string; near?: string | undefined; known: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A node to edit that the cluster file does not have',
    summary: ({ node }) => `there is no node ${node} in the cluster file`,
    why: 'nothing was changed',
    fix: ({ near, known }) =>
      near !== undefined ? `did you mean ${near}?` : `there are: ${known.slice(0, 12).join(', ')}`,
    explain: EDITING,
  }),
  NODE_IN_FILE: code<{ node: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A name that another node has',
    summary: ({ node }) => `the cluster file has a node ${node} already`,
    why: 'a name stands for one board; nothing was changed',
    fix: ({ node }) =>
      `take another name; to put a new board in the place of ${node}, edit its address and identity there`,
    explain: `${EDITING} A new board in the place of a dead one keeps the name: \`docs/day-two.md\` has the steps.`,
  }),
  NO_SUCH_LIST: code<{
    what: 'group' | 'role'
    name: string
    near?: string | undefined
    known: readonly string[]
  }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A group or a role for a new node that the cluster file does not have',
    summary: ({ what, name }) => `there is no ${what} ${name} in the cluster file`,
    why: 'nothing was changed, rather than less than was meant',
    fix: ({ near, known, what }) =>
      near !== undefined
        ? `did you mean ${near}?`
        : known.length > 0
          ? `there are: ${known.slice(0, 12).join(', ')}`
          : `leave it out, or write the ${what} into the cluster file first`,
    explain: EDITING,
  }),
  LIST_NOT_BY_NAME: code<{ what: 'group' | 'role'; name: string; how: 'all' | 'rest' | 'selector' }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A group or a role that does not take nodes by name',
    summary: ({ what, name, how }) =>
      how === 'selector'
        ? `the ${what} ${name} chooses by what boards are`
        : `the ${what} ${name} is on ${how}`,
    why: 'a node joins it by itself when it fits, so there is no list to put a name into',
    fix: ({ what }) => `leave --${what}s out for it; bramble check shows what the node gets`,
    explain: EDITING,
  }),
  NODE_IS_THE_WAY: code<{ node: string; other: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A node to remove that is the way to another one',
    summary: ({ node, other }) => `${other} is reached through ${node}`,
    why: 'without it nobody would reach that node any more; nothing was changed',
    fix: ({ other }) =>
      `give nodes.${other} another via, or an address that is reached directly, then type it again`,
    explain: EDITING,
  }),
  NODE_IS_THE_ONLY_ONE: code<{ node: string; place: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A node to remove that is the only one somewhere',
    summary: ({ node, place }) => `${place} names nobody but ${node}`,
    why: 'an empty list is no choice of nodes, and whoever is to follow is not for a command to say; nothing was changed',
    fix: ({ place }) =>
      `type --instead NODE with it, name another node in ${place}, or take ${place.replace(/\.(?:on|of)$/, '')} out of the file, then type it again`,
    explain: EDITING,
  }),
  EDIT_NOT_CERTAIN: code<{ file: string; places: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A cluster file that is to be edited by hand',
    summary: ({ file }) => `${file} is written in a way that cannot be edited with certainty`,
    why: 'the text after the change would not say what is meant, so nothing was changed',
    fix: ({ places }) => `change by hand: ${places.join(', ')}`,
    explain: `${EDITING} What was changed is read again and has to say exactly what is meant. Anchors that several places share, and values over several lines, may stand in the way.`,
  }),
  TYPED_FILE_NOT_EDITED: code<{ file: string; write: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A typed cluster file, which is not edited',
    summary: ({ file }) => `${file} is a program, and Bramble edits no programs`,
    why: 'where a value in it comes from is not known; nothing was changed',
    fix: ({ write }) => `${write}; then type  bramble plan`,
    explain: `${EDITING} A cluster file in TypeScript is edited by whoever wrote it.`,
  }),
  FILE_CHANGED_MEANWHILE: code<{ file: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/node.test.ts',
    title: 'A cluster file that was changed meanwhile',
    summary: ({ file }) => `${file} was changed since it was read`,
    why: 'writing it now would undo what somebody else wrote; nothing was changed',
    fix: 'type the same command again',
    explain: EDITING,
  }),
})
