/** An inventory as a cluster file: nodes, groups and the way to them. No role is guessed, nothing is evaluated, and what has no home is told. */
import { renderPlace } from '../diagnostics/render.ts'
import type { FilePlace } from '../diagnostics/diagnostic.ts'
import { isIP } from 'node:net'
import { groupsOf, hostsOf, variablesOf } from './effective.ts'
import type { Finding, Inventory, Variable } from './inventory.ts'
import { labelOf, nodeNameOf } from './names.ts'
import { nodeOfHost, type ImportedNode } from './node-of.ts'

/** What is to be taken over. */
export interface ImportChoices {
  /** Hosts or groups that come in although they look like no boards of this cluster. */
  readonly with?: readonly string[]
  /** Hosts or groups that stay out. */
  readonly without?: readonly string[]
}

/** What came of it. */
export interface Imported {
  readonly nodes: ReadonlyMap<string, ImportedNode>
  /** Names of nodes and groups, by group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** In the order of their places. */
  readonly findings: readonly Finding[]
}

/** Groups of what people keep in an inventory beside their boards. */
const OUTSIDE = /^(outside|external|extern|cloud|remote|offsite|localhost|local|controller)$/i
const CONTROLLER = /^(localhost|127(\.\d+){3}|::1)$/i
/** Ways of Ansible that go by ssh. */
const BY_SSH = new Set(['ssh', 'smart', 'paramiko', 'paramiko_ssh', 'ansible.netcommon.libssh'])

/** Takes an inventory over. */
export function importInventory(inventory: Inventory, choices: ImportChoices = {}): Imported {
  return new Import(inventory, choices).result()
}

class Import {
  readonly #nodes = new Map<string, ImportedNode>()
  /** Node of each host that is one. */
  readonly #nodeOf = new Map<string, string>()
  readonly #findings: Finding[]

  constructor(
    readonly inventory: Inventory,
    readonly choices: ImportChoices,
  ) {
    this.#findings = [...inventory.findings]
  }

  result(): Imported {
    for (const host of this.inventory.hosts.keys()) this.#host(host)
    const groups = this.#groups()
    return { nodes: this.#nodes, groups, findings: inOrder(this.#findings) }
  }

  #say(place: FilePlace, text: string): void {
    this.#findings.push({ place, text })
  }

  #host(host: string): void {
    const { place } = this.inventory.hosts.get(host) as { readonly place: FilePlace }
    const variables = variablesOf(this.inventory, host)
    const reason = this.#outside(host, variables)
    if (reason !== undefined) {
      this.#say(place, `${host} is no node: ${reason}`)
      return
    }
    const called = ['name', 'hostname', 'node_name'].map((name) => variables.get(name)?.value)
    const name = nodeNameOf(host, called)
    if (name === undefined) {
      this.#say(place, `${host} cannot be the name of a node; left out`)
      return
    }
    const { node, findings } = nodeOfHost(host, [name, host.toLowerCase()], variables)
    const taken = this.#named(host, name, node, place)
    this.#nodeOf.set(host, taken)
    if (!this.#nodes.has(taken)) this.#nodes.set(taken, node)
    this.#findings.push(...findings)
  }

  /** The name that it gets: two hosts of one label are one node where they are one computer. */
  #named(host: string, name: string, node: ImportedNode, place: FilePlace): string {
    const other = this.#nodes.get(name)
    if (other === undefined) return name
    const first = [...this.#nodeOf].find(([, of]) => of === name)?.[0] ?? name
    if (first.toLowerCase() === host.toLowerCase() || (other.address ?? first) === (node.address ?? host)) {
      this.#say(place, `${host} and ${first} are one node, ${name}; what is said of ${first} counts`)
      return name
    }
    const long = labelOf(host) ?? name
    const free = this.#nodes.has(long) || long === name ? `${name}-${this.#nodes.size + 1}` : long
    this.#say(place, `${host} is called ${free}: ${name} is the name of ${first}`)
    return free
  }

  /** Why a host is no node of the cluster. */
  #outside(host: string, variables: ReadonlyMap<string, Variable>): string | undefined {
    const groups = groupsOf(this.inventory, host)
    const isIn = (names: readonly string[] = []): boolean =>
      names.some((name) => name === host || groups.includes(name))
    if (isIn(this.choices.without)) return 'it was left out by --without'
    const text = (name: string): string => {
      const value = variables.get(name)?.value
      return typeof value === 'string' ? value : ''
    }
    const connection = text('ansible_connection')
    const address = text('ansible_host') || text('ansible_ssh_host') || host
    if (connection === 'local' || CONTROLLER.test(address))
      return 'it is the computer that Ansible runs on, as bramble does'
    if (isIn(this.choices.with)) return undefined
    if (connection !== '' && !BY_SSH.has(connection))
      return `it is reached by ${connection}, not by ssh; --with ${host} takes it in`
    const outside = groups.find((group) => OUTSIDE.test(group))
    if (outside !== undefined)
      return `the group ${outside} is of computers elsewhere, by its name; --with ${outside} takes them in`
    return undefined
  }

  #groups(): ReadonlyMap<string, readonly string[]> {
    const names = this.#groupNames()
    const groups = new Map<string, readonly string[]>()
    for (const [group, name] of names) {
      const { hosts, children } = this.inventory.groups.get(group) as {
        hosts: Set<string>
        children: Map<string, unknown>
      }
      const nodes = [...hosts].flatMap((host) => this.#nodeOf.get(host) ?? [])
      const inner = [...children.keys()].flatMap((child) => names.get(child) ?? [])
      groups.set(name, [...new Set([...inner, ...nodes])])
    }
    return groups
  }

  /** Groups that have a node, with the names that they get. */
  #groupNames(): ReadonlyMap<string, string> {
    const names = new Map<string, string>()
    for (const [group, { place }] of this.inventory.groups) {
      if (group === 'all' || group === 'ungrouped') continue
      const isEmpty = ![...hostsOf(this.inventory, group)].some((host) => this.#nodeOf.has(host))
      const label = labelOf(group)
      if (isEmpty || label === undefined) {
        this.#say(place, `the group ${group} has no node here, and is left out`)
        continue
      }
      const taken = new Set([...this.#nodes.keys(), ...names.values(), 'all', 'rest'])
      const name = taken.has(label) ? `${label}-group` : label
      if (name !== group)
        this.#say(
          place,
          `the group ${group} is called ${name}${taken.has(label) ? `: ${label} is taken` : ''}`,
        )
      names.set(group, name)
    }
    return names
  }
}

/** By place; what a group says of all its hosts is told once. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map(findings.map((finding) => [`${renderPlace(finding.place)} ${finding.text}`, finding]))
  return [...seen.values()].toSorted(({ place: a }, { place: b }) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  )
}

/** Whether a way in between is one of the nodes. */
export function nodeAt(
  nodes: ReadonlyMap<string, ImportedNode>,
  via: NonNullable<ImportedNode['via']>,
): string | undefined {
  const isIt = ([name, node]: readonly [string, ImportedNode]): boolean =>
    (node.address ?? name) === via.host || (isIP(via.host) === 0 && name === via.host)
  return [...nodes].find(
    (entry) => isIt(entry) && (via.user === undefined || via.user === entry[1].user),
  )?.[0]
}
