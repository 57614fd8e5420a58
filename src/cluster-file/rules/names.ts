/** Names of clusters, nodes, groups and services have to work as host names and in DNS. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { Diagnostic, FilePlace } from '../../diagnostics/diagnostic.ts'
import { DNS_LABEL } from '../forms.ts'
import type { Rule } from './rule.ts'

const RESERVED: ReadonlySet<string> = new Set(['all', 'rest', 'localhost'])

/** Every name is a DNS label, is not reserved, and no node is called like a group. */
export const namesAreLabels: Rule = (file, positions) => [
  ...(DNS_LABEL.test(file.cluster) ? [] : [notLabel('cluster', file.cluster, positions.of(['cluster']))]),
  ...(Object.keys(file.nodes).length === 0
    ? [clusterCodes.NO_NODES({}, { where: positions.ofKey(['nodes']) })]
    : []),
  ...Object.keys(file.nodes).flatMap((name) => nameProblems('node', name, positions.ofKey(['nodes', name]))),
  ...Object.keys(file.groups).flatMap((name) => {
    const where = positions.ofKey(['groups', name])
    if (!Object.hasOwn(file.nodes, name)) return nameProblems('group', name, where)
    const also = [{ place: positions.ofKey(['nodes', name]), note: 'the node' }]
    return [clusterCodes.NAME_IS_NODE_AND_GROUP({ name }, { where, also })]
  }),
  ...Object.keys(file.services).flatMap((name) =>
    DNS_LABEL.test(name) ? [] : [notLabel('service', name, positions.ofKey(['services', name]))],
  ),
]

function nameProblems(what: string, name: string, where: FilePlace): readonly Diagnostic[] {
  if (!DNS_LABEL.test(name)) return [notLabel(what, name, where)]
  return RESERVED.has(name) ? [clusterCodes.NAME_RESERVED({ name }, { where })] : []
}

function notLabel(what: string, name: string, where: FilePlace): Diagnostic {
  return clusterCodes.NAME_NOT_DNS_LABEL({ what, name, suggestion: labelFrom(name) }, { where })
}

/** Letters that Unicode does not take apart, as they are written where they are not to be had. */
const SPELLED_OUT: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'oe',
  å: 'aa',
  ð: 'd',
  đ: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
}

/** The nearest name that is allowed, if anything is left of it. */
function labelFrom(name: string): string | undefined {
  const label = name
    .toLowerCase()
    .normalize('NFC')
    .replaceAll(/./gu, (letter) => SPELLED_OUT[letter] ?? letter)
    // An accent stands behind its letter then, and is left out.
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '')
  return DNS_LABEL.test(label) ? label : undefined
}
