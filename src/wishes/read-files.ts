/** Reads the files beside the cluster file that roles wish for. */
import { readBeside } from '../cluster-file/beside.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { contentOf, type Content } from '../resources/kind.ts'
import type { FileWish, WishedFiles } from './file-wish.ts'

/** A wish and where the cluster file has it. */
export interface PlacedFileWish extends Pick<FileWish, 'path' | 'secret'> {
  readonly where: FilePlace
}

/** What was read, and everything that could not be. */
export interface ReadFiles {
  readonly files: WishedFiles
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads each file once, whoever wishes for it. A file is secret as soon as one wish says so. */
export function readWishedFiles(wishes: readonly PlacedFileWish[], folder: string): ReadFiles {
  const files = new Map<string, Content>()
  const diagnostics: Diagnostic[] = []
  const secret = new Set(wishes.filter((wish) => wish.secret === true).map(({ path }) => path))
  for (const { path, where } of wishes) {
    if (files.has(path)) continue
    const read = readBeside(path, folder, where)
    if (!Buffer.isBuffer(read)) diagnostics.push(read)
    // In place of what could not be read, so that everything else can still be looked at.
    files.set(path, contentOf(Buffer.isBuffer(read) ? read : '', secret.has(path)))
  }
  return { files, diagnostics }
}
