/** Reads the files beside the cluster file that roles wish for. */
import { constants } from 'node:fs'
import { open, readdir, realpath, type FileHandle } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { fileCodes } from '../diagnostics/catalogue/files.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { contentOf, type Content } from '../resources/kind.ts'
import { reasonOf } from '../support/reason.ts'
import type { FileWish, WishedFiles } from './file-wish.ts'

/** A wish and where the cluster file has it. */
export interface PlacedFileWish extends Pick<FileWish, 'path' | 'secret'> {
  readonly where: FilePlace
}

/** All of it is held in memory and sent to each node that lacks it: 16 MiB. */
const MOST_BYTES = 16 * 1024 * 1024

/** What was read, and everything that could not be. */
export interface ReadFiles {
  readonly files: WishedFiles
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads each file once, whoever wishes for it. A file is secret as soon as one wish says so. */
export async function readWishedFiles(wishes: readonly PlacedFileWish[], folder: string): Promise<ReadFiles> {
  const files = new Map<string, Content>()
  const diagnostics: Diagnostic[] = []
  const secret = new Set(wishes.filter((wish) => wish.secret === true).map(({ path }) => path))
  for (const { path, where } of wishes) {
    if (files.has(path)) continue
    const read = await readBeside(path, folder, where)
    if (!Buffer.isBuffer(read)) diagnostics.push(read)
    // In place of what could not be read, so that everything else can still be looked at.
    files.set(path, contentOf(Buffer.isBuffer(read) ? read : '', secret.has(path)))
  }
  return { files, diagnostics }
}

async function readBeside(path: string, folder: string, where: FilePlace): Promise<Buffer | Diagnostic> {
  if (isAbsolute(path) || path.startsWith('~')) {
    return fileCodes.SOURCE_FILE_OUTSIDE({ path, way: 'absolute' }, { where })
  }
  if (isOutside(join(folder, path), folder)) {
    return fileCodes.SOURCE_FILE_OUTSIDE({ path, way: 'above' }, { where })
  }
  let file: FileHandle | undefined
  try {
    const target = await realpath(join(folder, path))
    if (isOutside(target, await realpath(folder))) {
      return fileCodes.SOURCE_FILE_OUTSIDE({ path, way: 'link' }, { where })
    }
    // A named pipe that nobody writes into would hold an open for ever.
    file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = await file.stat()
    if (found.isDirectory()) return fileCodes.SOURCE_FILE_IS_FOLDER({ path }, { where })
    if (!found.isFile())
      return fileCodes.SOURCE_FILE_UNREADABLE({ path, reason: 'it is no regular file' }, { where })
    if (found.size > MOST_BYTES)
      return fileCodes.SOURCE_FILE_TOO_LARGE({ path, bytes: found.size, most: MOST_BYTES }, { where })
    return await file.readFile()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return fileCodes.SOURCE_FILE_MISSING({ path, near: await nearTo(path, folder) }, { where })
    }
    const reason =
      code === 'EACCES' ? 'permission denied' : code === 'ELOOP' ? 'it is a link to itself' : reasonOf(error)
    return fileCodes.SOURCE_FILE_UNREADABLE({ path, reason }, { where })
  } finally {
    await file?.close()
  }
}

function isOutside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
}

/** A file of a similar name in the same folder. */
async function nearTo(path: string, folder: string): Promise<string | undefined> {
  const names = await readdir(join(folder, dirname(path))).catch(() => [])
  const near = didYouMean(basename(path), names)
  return near === undefined ? undefined : join(dirname(path), near)
}
