/** Codes for a cluster file that is written in several files. */
import { code, defineCodes } from '../define-codes.ts'

const INCLUDING =
  '`include: [nodes.yaml, roles/*.yaml]` names further files of the cluster file, by their paths from the file in which it stands, and in its folder. Each of them is a part of the cluster file with the same ' +
  'keys at the top; the names below `nodes`, `groups`, `services` and `roles` may be spread over several files.'

/** What can be wrong with files that a cluster file includes. */
export const includeCodes = defineCodes({
  INCLUDE_NOT_A_PATH: code({
    title: 'An entry of include that is no path',
    summary: 'include takes paths of files',
    why: 'what the file would say is missing in the cluster file',
    fix: 'write the path of a file, such as nodes.yaml, or a pattern, such as roles/*.yaml',
    explain: INCLUDING,
  }),
  INCLUDE_MATCHES_NOTHING: code<{ pattern: string }>({
    title: 'A pattern of include that matches no file',
    summary: ({ pattern }) => `no file matches ${pattern}`,
    why: 'what the files would say is missing in the cluster file',
    fix: 'correct the pattern, or take it out; * and ? stand for characters of the name of a file, not of folders',
    explain: `${INCLUDING} A pattern stands for all files that match, sorted by their names, without those that begin with a dot and without the file in which it stands.`,
  }),
  INCLUDE_LOOP: code<{ loop: readonly string[] }>({
    title: 'Files that include each other',
    summary: ({ loop }) => `${loop[0]} leads back to itself`,
    why: ({ loop }) => `by ${loop.join(' → ')}, so that the cluster file would have no end`,
    fix: 'take one of these entries out of include',
    explain: INCLUDING,
  }),
  INCLUDED_TWICE: code<{ file: string }>({
    title: 'A file that is included twice',
    summary: ({ file }) => `${file} is included twice`,
    why: 'all that it says would be there twice',
    fix: 'take one of the two out of include',
    explain: INCLUDING,
  }),
  INCLUDE_NO_KEYS: code<{ file: string }>({
    title: 'An included file that is no map',
    summary: ({ file }) => `${file} has no keys`,
    why: 'a part of the cluster file says things under the same keys as the whole',
    fix: 'write the key before them, such as  nodes:  or  roles:',
    explain: INCLUDING,
  }),
  KEY_IN_TWO_FILES: code<{ key: string }>({
    title: 'A key that is in two files of the cluster file',
    summary: ({ key }) => `${key} is in two files`,
    why: 'one of them would have to win, and nobody would see which',
    fix: 'keep it in one of them; a list of one file cannot go on in another',
    explain: `${INCLUDING} Nothing is laid over anything: whatever has a name, such as a node, a role or \`access\`, stands whole in one file.`,
  }),
})
