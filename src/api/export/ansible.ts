/** The cluster as an Ansible inventory in INI form: nodes with the way to them, groups, and what each role is on. */
import type { Dial } from '../../delivery/transport/transport.ts'
import { quote } from '../../shell/quote.ts'
import { chosenNodes } from '../choose.ts'
import type { OpenedCluster } from '../open.ts'
import { sshDials } from '../ssh.ts'

const SSH_PORT = 22

/** The inventory. Nodes are called as in the cluster file; groups have _ for -, which Ansible does not like in a name. */
export function forAnsible(cluster: OpenedCluster): string {
  const dials = new Map(sshDials(cluster).map((dial) => [dial.node, dial]))
  const { cluster: resolved } = cluster.resolved
  const roles = [...new Set(resolved.nodes.flatMap((node) => node.roles))]
  const blocks = [
    [
      `# Made from the cluster file of ${cluster.name} by  bramble export ansible`,
      ...resolved.nodes.map(({ name }) => hostLine(name, cluster, dials)),
    ],
    ...Object.entries(cluster.source.file.groups).flatMap(([name, members]) =>
      groupBlocks(cluster, name, Array.isArray(members) ? members : undefined),
    ),
    ...roles.map((role) => [
      `[${groupName(`role-${role}`)}]`,
      ...resolved.find(role).map(({ name }) => name),
    ]),
  ]
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function hostLine(node: string, cluster: OpenedCluster, dials: ReadonlyMap<string, Dial>): string {
  const dial = dials.get(node) as Dial
  const entry = cluster.source.file.nodes[node]
  const labels = Object.entries(entry?.labels ?? {}).map((pair) => pair.join('='))
  const variables: Readonly<Record<string, string | undefined>> = {
    ansible_host: dial.host === node ? undefined : dial.host,
    ansible_user: dial.user,
    ansible_port: dial.port === SSH_PORT ? undefined : String(dial.port),
    ansible_ssh_private_key_file: dial.identityFile,
    ansible_ssh_common_args: dial.via === undefined ? undefined : `-o ProxyJump=${jumpText(dial.via, dials)}`,
    mac: entry?.mac,
    serial: entry?.serial,
    labels: labels.length === 0 ? undefined : labels.join(','),
  }
  const set = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(value)}`],
  )
  return [node, ...set].join(' ')
}

/** A jump that is a node is written out: Ansible's ssh knows no names of ours. */
function jumpText(via: string, dials: ReadonlyMap<string, Dial>): string {
  const dial = dials.get(via)
  if (!dial) return via
  const host = dial.host.includes(':') ? `[${dial.host}]` : dial.host
  return `${dial.user}@${host}${dial.port === SSH_PORT ? '' : `:${dial.port}`}`
}

/** Members that are groups are children; a selector is written out as the nodes that it chooses today. */
function groupBlocks(
  cluster: OpenedCluster,
  name: string,
  members: readonly string[] | undefined,
): string[][] {
  const { groups } = cluster.source.file
  const children = (members ?? []).filter((member) => Object.hasOwn(groups, member))
  const nodes =
    members === undefined
      ? chosenNodes(cluster, { nodes: [name] })
      : members.filter((member) => !children.includes(member))
  return [
    ...(nodes.length > 0 || children.length === 0 ? [[`[${groupName(name)}]`, ...nodes]] : []),
    ...(children.length > 0 ? [[`[${groupName(name)}:children]`, ...children.map(groupName)]] : []),
  ]
}

function groupName(name: string): string {
  return name.replaceAll('-', '_')
}
