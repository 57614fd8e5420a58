/** The kind `directory`: a folder with its mode and owner, and what becomes of its content when it leaves. */
import { z } from 'zod'
import { absolutePath, fileMode, foldersAbove, ownersOf } from '../file/file.ts'
import { defineKind } from '../kind.ts'

const entryPattern = z
  .string()
  .regex(/^[A-Za-z0-9_.*?-]+$/, 'must be the name of an entry, or a pattern of it')

const directoryOptions = z
  .strictObject({
    path: absolutePath.describe('Absolute path on the node.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` removes the folder.'),
    mode: fileMode.default('755').describe('Permission bits in octal.'),
    owner: z.string().default('root').describe('Name of the owning user.'),
    group: z.string().default('root').describe('Name of the owning group.'),
    purge: z
      .union([z.boolean(), z.array(entryPattern).min(1)])
      .default(false)
      .describe(
        'When the folder leaves, what its owner made in it goes too: for the folder in which an engine keeps its state. ' +
          'A list names the entries that the engine makes (patterns of the shell); others stay, whosever they are.',
      ),
  })
  .refine(
    ({ path, purge }) => purge === false || path.split('/').length > 2,
    'a folder of the root cannot be purged',
  )
  .refine(
    ({ purge, owner, state }) => purge !== true || owner !== 'root' || state === 'absent',
    "what root made may be anybody's: name the entries that the engine makes",
  )

/** What directory takes. */
export type DirectoryOptions = z.input<typeof directoryOptions>

/**
 * A folder. Its parent must be there or be a resource of its own; a symbolic link to a folder counts as that folder.
 *
 * Removal takes a folder that Bramble made only when it is empty. With `purge`, what its engine made goes before: what belongs to
 * the folder's owner, has one of the names of the list if there is one, and was not there before Bramble came. Everything
 * else stays as it is, and the folder with it. Nothing is purged while a file system is mounted in the folder. A folder that is
 * wanted to be `absent` with `purge` is set aside as a whole, and comes back.
 *
 * @example directory({ path: '/var/lib/consul', owner: 'consul', group: 'consul', mode: '700', purge: ['raft', 'serf', 'node-id'] })
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
      row: [
        state,
        mode,
        owner,
        group,
        purge === false ? 'keep' : 'purge',
        ...(typeof purge === 'boolean' ? [] : purge),
      ],
      after: [...foldersAbove(path), ...ownersOf(owner, group)],
    }
  },
})

export default directory.kind
