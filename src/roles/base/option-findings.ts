/** What is written in the options of `base` and no node would take. */
import { rolesBaseCodes } from './codes.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import {
  isSshdKeyword,
  RELEASES_WITH_KNOWN_KEYWORDS,
  SSHD_KEYWORDS,
} from '../../resources/sshd-config/keywords.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleFinding } from '../role.ts'
import type { BaseOptions } from './options.ts'

/** Findings about the options, for the nodes that have the role. */
export function optionFindings(options: BaseOptions, nodes: readonly ClusterNode[]): RoleFinding[] {
  return [
    ...keywords(options.ssh.settings, nodes),
    ...sameIds('users', 'uid', options.users),
    ...sameIds('groups', 'gid', options.groups),
  ]
}

/** A keyword that no server has; certain where a node has said which release it runs. */
function keywords(settings: Readonly<Record<string, string>>, nodes: readonly ClusterNode[]): RoleFinding[] {
  const known = nodes.find(({ facts }) => RELEASES_WITH_KNOWN_KEYWORDS.includes(facts['os_release'] ?? ''))
  return Object.keys(settings)
    .filter((keyword) => !isSshdKeyword(keyword))
    .map((keyword) => {
      const near = didYouMean(keyword, SSHD_KEYWORDS)
      const option = ['ssh', 'settings', keyword]
      if (known === undefined) {
        return { diagnostic: rolesBaseCodes.SSHD_KEYWORD_NOT_KNOWN({ keyword, near }), option }
      }
      const details = { keyword, near, node: known.name, release: known.facts['os_release'] ?? '' }
      return { diagnostic: rolesBaseCodes.SSHD_KEYWORD_UNKNOWN(details), option }
    })
}

/** Each entry whose number an earlier one has. */
function sameIds<Key extends 'uid' | 'gid'>(
  part: string,
  key: Key,
  entries: Readonly<Record<string, { readonly [Name in Key]?: number | undefined }>>,
): RoleFinding[] {
  const first = new Map<number, string>()
  return Object.entries(entries).flatMap(([name, entry]) => {
    const id: number | undefined = entry[key]
    if (id === undefined) return []
    const other = first.get(id)
    if (other === undefined) {
      first.set(id, name)
      return []
    }
    const diagnostic = rolesBaseCodes.DUPLICATE_ACCOUNT_ID({ key, id, name, other })
    return [{ diagnostic, option: [part, name, key] }]
  })
}
