/** Writes changes of the secrets folder: all of them or none, and never over what somebody else wrote meanwhile. */
import { rm } from 'node:fs/promises'
import { relative } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { listFolder, readText, removeFiles, replaceFiles } from './secret-files.ts'
import { SecretsError } from './secrets-error.ts'
import { withStoreLock } from './store-lock.ts'

/** One file before and after. Equal texts ask only that nobody has changed it. */
export interface FileChange {
  readonly file: string
  /** Text as it was read; undefined when there was no file. */
  readonly before: string | undefined
  /** Text to be; undefined to delete the file. */
  readonly after: string | undefined
}

/**
 * Carries out `changes`, in their order, and after all of them `afterwards`, which is texts by file. Throws {@link SecretsError} and changes
 * nothing when somebody else changed one of the files, or one of `changes` cannot be written.
 */
export async function writeChanges(
  folder: string,
  changes: readonly FileChange[],
  afterwards: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await withStoreLock(folder, async () => {
    // Once more, because a link that leads out of the folder may have appeared since it was read.
    const { unfinished } = listFolder(folder)
    const clashes = changes.filter(({ file, before }) => readText(file) !== before)
    if (clashes.length > 0) {
      const names = clashes.map(({ file }) => relative(folder, file))
      throw new SecretsError(secretsCodes.SECRETS_CHANGED_MEANWHILE({ names }))
    }
    for (const path of unfinished) await rm(path, { force: true })
    const texts = new Map<string, string>()
    for (const { file, before, after } of changes) {
      if (after !== undefined && after !== before) texts.set(file, after)
    }
    await replaceFiles(folder, texts)
    await removeFiles(
      folder,
      changes.filter(({ after }) => after === undefined).map(({ file }) => file),
    )
    if (afterwards.size > 0) await replaceFiles(folder, afterwards)
  })
}
