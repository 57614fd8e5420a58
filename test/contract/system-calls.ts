/** The system calls of a program that touch files, in the order in which they came, as strace(1) writes them. */

/** One call that succeeded. */
export interface SystemCall {
  readonly name: string
  /** Everything between the parentheses; descriptors carry their paths (`strace -y`). */
  readonly words: string
}

/** Which calls are written down, and how. */
export const STRACE = ['strace', '-f', '-qq', '-y', '-s', '256', '-e', 'signal=none', '-e'] as const

/** Opens, writes, flushes, renames, links. */
export const FILE_CALLS =
  'trace=open,openat,creat,write,copy_file_range,sendfile,fsync,fdatasync,sync,syncfs,rename,renameat,renameat2,symlink,symlinkat,link,linkat'

/** Reads what strace wrote; a call that was interrupted by another process's is put together at its end. */
export function readCalls(text: string): SystemCall[] {
  const begun = new Map<string, string>()
  return text.split('\n').flatMap((line): SystemCall[] => {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest)
    if (unfinished) {
      begun.set(pid, unfinished[1] ?? '')
      return []
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(pid) ?? '')
    const [, name, words = ''] = /^(\w+)\((.*)\) += (?!-1 )\d/.exec(whole) ?? []
    return name === undefined ? [] : [{ name, words }]
  })
}

/** The texts in quotes among the words: the paths of a rename, a link, an open. */
export function quoted({ words }: SystemCall): string[] {
  return [...words.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text)
}

/** The path behind the first descriptor that has one and is not the working folder's. */
export function descriptor({ words }: SystemCall): string {
  return /(?:^|, )\d+<([^>]*)>/.exec(words)?.[1] ?? ''
}
