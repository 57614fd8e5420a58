/** Finds in the system calls of a program every file that it replaces: are its bytes on the disk before anybody can see them? */
import { dirname } from 'node:path'
import { descriptor, quoted, type SystemCall } from './system-calls.ts'

/** What became of one path. */
export interface Replacement {
  /** On the node. */
  readonly path: string
  readonly how: 'renamed' | 'written in place'
  /** What is not as promised; left out when all is. */
  readonly broken?: string
}

/** Below the root, and not in memory: what is in /run is gone after a power cut anyway. */
function isOnDisk(root: string, path: string): boolean {
  return path.startsWith(`${root}/`) && !path.startsWith(`${root}/run/`)
}

function isOurs(root: string, path: string): boolean {
  return root !== '' || path.endsWith('.bramble') || path.startsWith('/var/lib/bramble/')
}

/**
 * Every replacement of a file below a root (empty for a live system). On a live system, where others write too, only what
 * has the name of a temporary file of ours, and our own books.
 */
export function replacements(root: string, calls: readonly SystemCall[]): Replacement[] {
  return calls.flatMap((call, at): Replacement[] => {
    if (call.name.startsWith('rename')) {
      const [source = '', target = ''] = quoted(call)
      if (!isOnDisk(root, target) || (root === '' && !source.endsWith('.bramble'))) return []
      const broken = brokenRename(calls, at, source, target)
      return [{ path: target.slice(root.length), how: 'renamed', ...(broken && { broken }) }]
    }
    const [path = ''] = call.name.startsWith('open') ? quoted(call) : []
    const writes =
      /O_WRONLY|O_RDWR/.test(call.words) &&
      isOnDisk(root, path) &&
      isOurs(root, path) &&
      !path.endsWith('.bramble')
    if (!writes) return []
    const broken = brokenInPlace(calls, at, path, call)
    return [{ path: path.slice(root.length), how: 'written in place', ...(broken && { broken }) }]
  })
}

/** What is a symbolic link in the roots that are traced: one more name of such a link cannot be flushed. */
const LINKS_KEPT = /\/(srv\/now|etc\/localtime)$/

const FLUSHES = new Set(['fsync', 'fdatasync'])

function isFlushOf(path: string, call: SystemCall): boolean {
  return FLUSHES.has(call.name) && descriptor(call) === path.replace(/\/$/, '')
}

/** Whether a call changes the bytes behind a path: opens it for writing, or writes to it. */
function writesTo(path: string, call: SystemCall): boolean {
  if (call.name.startsWith('open')) return quoted(call)[0] === path && /O_WRONLY|O_RDWR/.test(call.words)
  return /^(write|copy_file_range|sendfile)$/.test(call.name) && call.words.includes(`<${path}>`)
}

/** The event that tells that this is done. */
function isTold({ name, words }: SystemCall): boolean {
  return name === 'write' && /"@\\t(changed|removed|finished)/.test(words)
}

function brokenRename(
  calls: readonly SystemCall[],
  at: number,
  source: string,
  target: string,
): string | undefined {
  if (dirname(source) !== dirname(target)) return `it comes from another folder: ${source}`
  const before = calls.slice(0, at)
  // A symbolic link has no bytes; one more name of a file has those of the file, which are flushed under that name.
  const isLink = before.some((call) => call.name.startsWith('symlink') && quoted(call)[1] === source)
  const named = before.findLastIndex((call) => /^link(at)?$/.test(call.name) && quoted(call)[1] === source)
  const isNameOfLink = named >= 0 && LINKS_KEPT.test(target)
  const written = named < 0 ? before.findLastIndex((call) => writesTo(source, call)) : named
  if (!isLink && written < 0) return 'nothing was written to its source'
  if (!isLink && !isNameOfLink && !before.slice(written).some((call) => isFlushOf(source, call)))
    return 'its bytes were not flushed before the rename'
  const after = calls.slice(at + 1)
  const told = after.findIndex(isTold)
  const flushed = after.findIndex((call) => isFlushOf(dirname(target), call))
  if (flushed < 0) return 'its folder was not flushed after the rename'
  return told >= 0 && told < flushed ? 'it was told before its folder was flushed' : undefined
}

/** Nothing but the manifest may be written in place, at its end, and its line must be safe before anything is changed. */
function brokenInPlace(
  calls: readonly SystemCall[],
  at: number,
  path: string,
  call: SystemCall,
): string | undefined {
  if (!/\/var\/lib\/bramble\/(owned|foreseen|aside)$/.test(path) || !call.words.includes('O_APPEND'))
    return 'it is not replaced'
  const after = calls.slice(at + 1)
  const flushed = after.findIndex((each) => isFlushOf(path, each))
  const changed = after.findIndex(({ name, words }) => name === 'write' && /"@\\tconverging/.test(words))
  return flushed >= 0 && (changed < 0 || flushed < changed)
    ? undefined
    : 'its line was not flushed before the change'
}
