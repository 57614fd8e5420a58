/** Codes for the files beside the cluster file that roles take contents from. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with a file that the cluster file names. */
export const fileCodes = defineCodes({
  SOURCE_FILE_MISSING: code<{ path: string; near?: string | undefined }>({
    title: 'A file beside the cluster file that is not there',
    summary: ({ path }) => `there is no file ${path} beside the cluster file`,
    why: 'what is to arrive on the nodes is not known',
    fix: ({ path, near }) =>
      near === undefined ? `make ${path}, or correct the path` : `did you mean ${near}?`,
    explain:
      'Contents that are not written into the cluster file are read from files beside it. Paths count from the folder of the cluster file, wherever the ' +
      'command is typed.',
  }),
  SOURCE_FILE_IS_FOLDER: code<{ path: string }>({
    title: 'A folder where a file is wanted',
    summary: ({ path }) => `${path} is a folder, not a file`,
    why: 'one use makes one file on a node',
    fix: ({ path }) =>
      `name a file in it, such as ${path.replace(/\/+$/, '')}/FILE; each file is a use of its own`,
    explain:
      'A use of a role such as `files` gives one file to its nodes, with its own owner and mode. Several files are several uses: a list.',
  }),
  SOURCE_FILE_OUTSIDE: code<{ path: string; way: 'absolute' | 'above' | 'link' }>({
    title: 'A file outside of the folder of the cluster file',
    summary: ({ path, way }) =>
      way === 'link'
        ? `${path} is a link out of the folder of the cluster file`
        : `${path} is not in the folder of the cluster file`,
    why: 'a clone of the folder would have another cluster, or none: the folder has to be enough to build it again',
    fix: ({ way }) =>
      `copy the file into the folder of the cluster file${way === 'link' ? ' in place of the link' : ''} and name it from there`,
    explain:
      'The folder of the cluster file, kept in git, is all that a cluster is made from. So a path that is absolute, leads above that folder with `..`, or is a link ' +
      'out of it is refused.',
  }),
  SOURCE_FILE_TOO_LARGE: code<{ path: string; bytes: number; most: number }>({
    origin: 'cluster',
    shownBy: 'src/wishes/read-files.test.ts',
    title: 'A file that is too large to be sent along',
    summary: ({ path, bytes, most }) =>
      `${path} has ${mebibytes(bytes)} MiB; at most ${mebibytes(most)} MiB are sent along`,
    why: 'it is held in memory and sent to each node over SSH',
    fix: 'put large data into a package or onto a web server, and fetch it on the node with the role commands',
    explain:
      'Files beside the cluster file are configuration, scripts and small programs. Images and archives come from a package source, a registry or a web server.',
  }),
  SOURCE_FILE_UNREADABLE: code<{ path: string; reason: string }>({
    origin: 'cluster',
    shownBy: 'src/wishes/read-files.test.ts',
    title: 'A file beside the cluster file that cannot be read',
    summary: ({ path, reason }) => `${path} cannot be read: ${reason}`,
    why: 'what is to arrive on the nodes is not known',
    fix: ({ path }) => `look at it with  ls -lL ${path}`,
    explain:
      'The operating system refused to hand out the file, or it is a device or a pipe. The text after the colon is what was found.',
  }),
  TEMPLATE_WRONG: code<{ problem: string; fix: string }>({
    origin: 'cluster',
    shownBy: 'src/wishes/template.test.ts',
    title: 'A template that cannot be filled in',
    summary: ({ problem }) => problem,
    why: 'the file on the node would not be what is meant',
    fix: ({ fix }) => fix,
    explain:
      'A template is a file beside the cluster file in which `@{…}` stands for a value: `@{node.name}`, `@{node.fqdn}`, `@{node.address}`, `@{node.model}`, `@{node.architecture}`, ' +
      '`@{node.user}`, `@{node.labels.NAME}`, `@{cluster.name}`, `@{cluster.domain}`. `@{node.labels.room or "no room"}` says what to take where a node has no such label. ' +
      '`@{each other in all}` … `@{end}` repeats what is between for all nodes, or for those of a role, in the order of the cluster file; inside, `@{other.name}` is theirs. A line that ' +
      'holds nothing but `each` or `end` leaves no line. `@@{` stands for `@{` itself.',
  }),
})

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}
