/** The settings of the program on a node: lines of fields with tabs between them. */
import type { BackupPath } from '../../topology/backup.ts'
import type { BackupOptions } from './options.ts'
import type { Kept } from './what-to-keep.ts'

/** Where a node's repository is. */
export interface Repository {
  /** As restic takes it. */
  readonly address: string
  /** How restic reaches it over SSH; left out where it lies on the node itself. */
  readonly ssh?: string
  /** Of the bucket. */
  readonly region?: string
  /** Path of the certificates that its server is believed by. */
  readonly authority?: string
}

/** The text of the file. */
export function settingsText(
  node: string,
  repository: Repository,
  keep: BackupOptions['keep'],
  kept: Kept,
): string {
  const lines = [
    ['node', node],
    ['repository', repository.address],
    ...(['ssh', 'region', 'authority'] as const).flatMap((key) => {
      const value = repository[key]
      return value === undefined ? [] : [[key, value]]
    }),
    [
      'keep',
      Object.entries(keep)
        .map(([unit, count]) => `--keep-${unit} ${count}`)
        .join(' '),
    ],
    ...kept.paths.map((one) => [
      'path',
      one.path,
      placeOf(one),
      ...(one.startsEmpty === true ? ['starts-empty'] : []),
    ]),
    ...kept.made.flatMap(({ name, of, make, restore }) => [
      ['made', name, of],
      ['make', name, ...make],
      ['restore', name, ...restore],
    ]),
  ]
  return lines.map((fields) => `${fields.join('\t')}\n`).join('')
}

function placeOf({ mounted }: BackupPath): string {
  if (mounted === undefined) return 'as-found'
  return mounted ? 'mounted' : 'anywhere'
}
