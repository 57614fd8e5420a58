/** What an edit of the cluster file comes to, for people: the difference, and what a node that goes leaves behind. */
import type { EditedCluster } from '../api/index.ts'
import type { Palette } from '../diagnostics/palette.ts'
import { counted, listed } from './render/counts.ts'
import { lineDiff } from './render/line-diff.ts'

/** A role that a node loses, and who still has it. */
export interface LostRole {
  readonly role: string
  readonly left: readonly string[]
}

/** The roles of the node that goes. */
export function rolesLost({ edit, was, cluster }: EditedCluster): readonly LostRole[] {
  const roles = was?.nodes.find(({ name }) => name === edit.node)?.roles ?? []
  return roles.map((role) => ({
    role,
    left: cluster.nodes.filter((node) => node.roles.includes(role)).map(({ name }) => name),
  }))
}

/** The difference of the file, and what it means. */
export function editText(edited: EditedCluster, palette: Palette): string {
  const { edit, files, cluster, mentions } = edited
  const own = cluster.nodes.find(({ name }) => name === (edit.do === 'rename' ? edit.to : edit.node))
  const roles =
    edit.do === 'remove'
      ? rolesLost(edited).map(({ role, left }) => `${edit.node} loses ${role}: ${leftText(left)}`)
      : [`${own?.name ?? ''} has: ${listed(own?.roles ?? []) || 'no role'}`]
  const board =
    edit.do === 'remove'
      ? [
          `What runs on the board of ${edit.node} goes on running there until  bramble reset ${edit.node}  takes it away, now or later.`,
        ]
      : []
  const unsure = mentions.map(
    (place) => `${place} holds ${edit.node} too and stays as it is: see whether it means the node`,
  )
  const lines = [
    ...files.flatMap(({ file, before, after }) => [
      palette.bold(file),
      ...lineDiff(before, after, palette),
      '',
    ]),
    ...roles,
    ...unsure,
    ...board,
    '',
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function leftText(left: readonly string[]): string {
  return left.length === 0
    ? 'no node has it any more'
    : `${counted(left.length, 'node')} left (${listed(left)})`
}
