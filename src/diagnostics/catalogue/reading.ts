/** Codes for what can be wrong with a cluster file before its keys mean anything: finding, reading and parsing it. */
import { code, defineCodes } from '../define-codes.ts'

/** What reading a cluster file can find. */
export const readingCodes = defineCodes({
  CLUSTER_FILE_MISSING: code<{ folder: string }>({
    title: 'No cluster file in the folder',
    summary: ({ folder }) => `there is no cluster.yaml in ${folder}`,
    why: 'the cluster file is the one input: without it there is nothing to plan',
    fix: 'run bramble init here, or cd to the folder that holds your cluster.yaml',
    explain:
      'Every command reads the cluster file of the current folder: `cluster.yaml`, `cluster.yml` or, with types, `cluster.ts`. ' +
      'Use `bramble init` to write a first one.',
  }),
  CLUSTER_FILE_TWICE: code<{ folder: string; files: readonly string[] }>({
    title: 'Two cluster files in one folder',
    summary: ({ folder, files }) => `${folder} holds ${files.join(' and ')}`,
    why: 'one of them would be read and changes to the other would silently do nothing',
    fix: ({ files }) => `keep one of them: rename or delete ${files.slice(1).join(' and ')}`,
    explain:
      'A folder is one cluster and has one cluster file. Put a second cluster into a folder of its own.',
  }),
  CLUSTER_FILE_UNREADABLE: code<{ file: string; problem: string }>({
    title: 'The cluster file cannot be read',
    summary: ({ file, problem }) => `${file} cannot be read: ${problem}`,
    why: 'without the cluster file there is nothing to plan',
    fix: ({ file }) => `look at it with ls -l ${file}`,
    explain: 'The operating system refused to hand out the file. The text after the colon is what it said.',
  }),
  CLUSTER_FILE_NOT_UTF8: code<{ file: string; found: string; encoding: string }>({
    shownBy: 'src/cluster-file/load.test.ts',
    title: 'The cluster file is in another encoding',
    summary: ({ file, found }) => `${file} is not UTF-8: ${found}`,
    why: 'letters beyond a to z would arrive on the nodes as others',
    fix: ({ file, encoding }) =>
      `save it as UTF-8 in your editor, or type  iconv -f ${encoding} -t UTF-8 ${file} >new && mv new ${file}`,
    explain:
      'YAML and TypeScript are written in UTF-8. Old editors save letters such as ä and é in Latin-1 or Windows-1252, and some programs on Windows write UTF-16, ' +
      'Notepad as "Unicode", PowerShell with `>`. The place is where the first byte stands that is no UTF-8.',
  }),
  CLUSTER_FILE_TOO_LARGE: code<{ limit: string }>({
    title: 'The cluster file is too large',
    summary: ({ limit }) => `the cluster file is too large: more than ${limit}`,
    why: 'a file of this size is more likely a mistake than a cluster; reading it could take all memory',
    fix: 'put large contents into files beside it, and use fewer aliases (*name)',
    explain:
      'A thousand nodes take about 200 KB. Aliases count with what they stand for, so that a few lines that ' +
      'refer to each other ("a billion laughs") cannot fill the memory.',
  }),
  CLUSTER_FILE_EMPTY: code({
    title: 'The cluster file is empty',
    summary: 'the cluster file says nothing',
    why: 'a cluster needs at least a name, a domain and one node',
    fix: 'run bramble init in an empty folder to see a first cluster file',
    explain: 'The file has no content, or only comments.',
  }),
  YAML_SYNTAX: code<{ problem: string }>({
    title: 'The cluster file is not YAML',
    summary: ({ problem }) => problem,
    why: 'what follows this place cannot be understood with certainty',
    fix: 'look at the indentation, colons and quotes here and on the line above',
    explain:
      'YAML shows what belongs together by indentation with spaces (never tabs), a colon and a space after each key, ' +
      'and a hyphen and a space before each element of a list. Put text that holds `: `, ` #` or starts with ' +
      'one of `{ [ & * ! | > \' " % @` into quotes.',
  }),
  YAML_DUPLICATE_KEY: code<{ key: string }>({
    title: 'One key twice in the same map',
    summary: ({ key }) => `"${key}" is here twice`,
    why: 'only one of the two would count, and which one is not for the reader to guess',
    fix: ({ key }) => `give one of them another name, or merge the two "${key}" into one`,
    explain: 'This is also how a node name that is used twice shows: names are keys under `nodes`.',
  }),
  YAML_ALIAS: code<{ alias: string; problem: 'unknown' | 'loop' }>({
    title: 'An alias that stands for nothing',
    summary: ({ alias, problem }) =>
      problem === 'loop'
        ? `*${alias} stands for something that holds itself`
        : `*${alias} is defined nowhere above`,
    why: 'the value that belongs here is not known',
    fix: ({ alias }) => `write &${alias} before the value that is meant, above this line`,
    explain: 'An anchor (`&name`) names a value; an alias (`*name`) further down stands for the same value.',
  }),
  YAML_MERGE: code({
    title: 'A merge key without a map',
    summary: '<< takes a map, or a list of maps',
    why: 'there are no keys that could be taken over',
    fix: 'write <<: *name, where &name stands before a map',
    explain: '`<<: *defaults` takes over the keys of another map; keys that are written out here win.',
  }),
  YAML_KEY_NOT_TEXT: code({
    title: 'A key that is a list or a map',
    summary: 'a key has to be plain text',
    why: 'no key of the cluster file looks like this',
    fix: 'write a name here, or put the text into quotes',
    explain:
      'YAML allows lists and maps as keys. Most often a `{{ template }}` without quotes looks like one.',
  }),
  TYPED_FILE_FAILED: code<{ file: string; problem: string }>({
    title: 'A typed cluster file ends with an error',
    summary: ({ file, problem }) => `${file} fails: ${problem}`,
    why: 'the cluster file is a program here, and it did not come to its end',
    fix: ({ file }) => `correct ${file}; your editor and tsc show the same error`,
    explain: '`cluster.ts` is loaded like any other module. It failed to compile, or it threw.',
  }),
  TYPED_FILE_NO_CLUSTER: code<{ file: string }>({
    title: 'A typed cluster file that exports no cluster',
    summary: ({ file }) => `${file} has no default export that is an object`,
    why: 'the default export is what is read, and nothing is there',
    fix: 'write export default defineCluster({ … })',
    explain:
      "Start the file with `import { defineCluster } from 'bramble'` and export what it returns as the default. " +
      'A function or a promise is not accepted: the file may use `await` at its top level instead.',
  }),
})
