/** Reads a file that lies in the folder of the cluster file, and nothing outside of it. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { fileCodes } from '../diagnostics/catalogue/files.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { reasonOf } from '../support/reason.ts'

/** All of it is held in memory and sent to each node that lacks it: 16 MiB. */
const MOST_BYTES = 16 * 1024 * 1024

/** The bytes of a file, or why there are none; `path` counts from `folder`, and `where` names it. */
export function readBeside(path: string, folder: string, where: FilePlace): Buffer | Diagnostic {
  if (isAbsolute(path) || path.startsWith('~')) {
    return fileCodes.SOURCE_FILE_OUTSIDE({ path, way: 'absolute' }, { where })
  }
  if (isOutside(join(folder, path), folder)) {
    return fileCodes.SOURCE_FILE_OUTSIDE({ path, way: 'above' }, { where })
  }
  let file: number | undefined
  try {
    const target = realpathSync(join(folder, path))
    if (isOutside(target, realpathSync(folder))) {
      return fileCodes.SOURCE_FILE_OUTSIDE({ path, way: 'link' }, { where })
    }
    // A named pipe that nobody writes into would hold an open for ever.
    file = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = fstatSync(file)
    if (found.isDirectory()) return fileCodes.SOURCE_FILE_IS_FOLDER({ path }, { where })
    if (!found.isFile())
      return fileCodes.SOURCE_FILE_UNREADABLE({ path, reason: 'it is no regular file' }, { where })
    if (found.size > MOST_BYTES)
      return fileCodes.SOURCE_FILE_TOO_LARGE({ path, bytes: found.size, most: MOST_BYTES }, { where })
    return readFileSync(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return fileCodes.SOURCE_FILE_MISSING({ path, near: nearTo(path, folder) }, { where })
    }
    const reason =
      code === 'EACCES' ? 'permission denied' : code === 'ELOOP' ? 'it is a link to itself' : reasonOf(error)
    return fileCodes.SOURCE_FILE_UNREADABLE({ path, reason }, { where })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Whether a path leads out of a folder; links are not followed. */
function isOutside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
}

/** A file of a similar name in the same folder. */
function nearTo(path: string, folder: string): string | undefined {
  const near = didYouMean(basename(path), namesIn(join(folder, dirname(path))))
  return near === undefined ? undefined : join(dirname(path), near)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
