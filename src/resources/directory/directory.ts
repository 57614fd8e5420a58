/** The kind `directory`: a folder with its mode and owner, and what becomes of its content when it leaves. */
import { z } from 'zod'
import { absolutePath, fileMode, foldersAbove, ownersOf } from '../file/file.ts'
import { defineKind } from '../kind.ts'

const directoryOptions = z
  .strictObject({
    path: absolutePath.describe('Absolute path on the node.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` removes the folder.'),
    mode: fileMode.default('755').describe('Permission bits in octal.'),
    owner: z.string().default('root').describe('Name of the owning user.'),
    group: z.string().default('root').describe('Name of the owning group.'),
    purge: z
      .boolean()
      .default(false)
      .describe(
        'Removing the folder removes what is in it too: for the folder in which an engine keeps its state.',
      ),
  })
  .refine(({ path, purge }) => !purge || path.split('/').length > 2, 'a folder of the root cannot be purged')

type DirectoryOptions = z.input<typeof directoryOptions>

/**
 * A folder. Its parent must be there or be a resource of its own; a symbolic link to a folder counts as that folder.
 *
 * Removal takes a folder that Bramble made only when it is empty, unless `purge` says that its content goes too. What is
 * purged is not kept. A folder in which a file system is mounted is never purged.
 *
 * @example directory({ path: '/var/lib/consul', owner: 'consul', group: 'consul', mode: '700', purge: true })
 */
export const directory = defineKind<DirectoryOptions>({
  name: 'directory',
  summary: 'A folder with its mode and owner.',
  stage: 45,
  converges: 'each',
  options: directoryOptions,
  resource: (given) => {
    const { path, state, mode, owner, group, purge } = directoryOptions.parse(given)
    return {
      name: path,
      row: [state, mode, owner, group, purge ? 'purge' : 'keep'],
      after: [...foldersAbove(path), ...ownersOf(owner, group)],
    }
  },
})

export default directory.kind
