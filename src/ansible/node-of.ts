/** One host of an inventory as a node of a cluster file. */
import type { FilePlace } from '../diagnostics/diagnostic.ts'
import { isIP } from 'node:net'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { likelyHome, notNeeded } from './homes.ts'
import { isExpression, type Finding, type Variable } from './inventory.ts'
import { sshArguments, type Jump } from './jump.ts'

/** What is said of a node, in the words of the cluster file. */
export interface ImportedNode {
  address?: string
  via?: Jump
  user?: string
  port?: number
  identity_file?: string
  sudo?: 'password'
  mac?: string
  serial?: string
  labels?: Readonly<Record<string, string>>
  /** Said beside it in a comment, for somebody to decide. */
  note?: string
}

/** A node and what of its host has no home in it. */
export interface NodeOfHost {
  readonly node: ImportedNode
  readonly findings: readonly Finding[]
}

/** The words that Ansible knows, with the old ones that it still takes. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  address: ['ansible_host', 'ansible_ssh_host'],
  user: ['ansible_user', 'ansible_ssh_user'],
  port: ['ansible_port', 'ansible_ssh_port'],
  identity_file: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  way: ['ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ansible_ssh_args'],
  sudo: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass', 'ansible_sudo_password'],
}
const KNOWN = Object.values(WORDS).flat()
const MAC = /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i
/** A host name or an IPv4 or IPv6 address, as the key `address` takes it. */
const ADDRESS = /^[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?$/

/** Reads the variables of one host; `names` are all that it is called. */
export function nodeOfHost(
  host: string,
  names: readonly string[],
  variables: ReadonlyMap<string, Variable>,
): NodeOfHost {
  const maker = new NodeMaker(host, variables)
  maker.make(names)
  return maker
}

class NodeMaker {
  readonly node: ImportedNode = {}
  readonly findings: Finding[] = []
  readonly #used = new Set<string>()

  constructor(
    readonly host: string,
    readonly variables: ReadonlyMap<string, Variable>,
  ) {}

  make(names: readonly string[]): void {
    this.#address()
    const user = this.#text('user', /^[a-z_][a-z0-9_-]{0,31}$/)
    if (user !== undefined) this.node.user = user
    const port = Number(this.#text('port', /^\d{1,5}$/))
    if (port > 0) this.node.port = port
    const key = this.#text('identity_file', /./)
    if (key !== undefined) this.node.identity_file = key
    this.#way()
    this.#sudo()
    this.#board(names)
    for (const [name, variable] of this.variables) if (!this.#used.has(name)) this.#homeless(name, variable)
  }

  #say(place: FilePlace, text: string): void {
    this.findings.push({ place, text })
  }

  /** The value of the first of these words that is there; an expression or what does not fit is told instead. */
  #text(word: string, form: RegExp): string | undefined {
    const [name, variable] = this.#first(WORDS[word] ?? []) ?? []
    if (name === undefined || variable === undefined) return undefined
    const where = word === 'address' ? `nodes.NAME.address` : `access.${word}`
    if (variable.isVaulted || isExpression(variable.value))
      this.#say(
        variable.place,
        `${name} is an expression, which is not worked out here: write its value as ${where}`,
      )
    else if (!form.test(String(variable.value)))
      this.#say(variable.place, `${name} is nothing that ${where} takes; left out`)
    else return String(variable.value)
    return undefined
  }

  #first(names: readonly string[]): readonly [string, Variable] | undefined {
    const found = names.flatMap((name): [string, Variable][] => {
      const variable = this.variables.get(name)
      if (variable) this.#used.add(name)
      return variable ? [[name, variable]] : []
    })
    return found[0]
  }

  #address(): void {
    const address = this.#text('address', ADDRESS)
    // Without one Ansible goes by the name of the host, as a node without an address does.
    const own = isIP(this.host) > 0 || this.host.includes('.') ? this.host : undefined
    const taken = address ?? (this.#has('address') ? undefined : own)
    if (taken !== undefined) this.node.address = taken
    const ip = this.variables.get('ip')
    if (!ip || isIP(String(ip.value)) === 0) return
    this.#used.add('ip')
    if (taken === undefined) this.node.note = `address: ${String(ip.value)}`
    else if (taken !== ip.value && isIP(taken) > 0)
      this.#say(
        ip.place,
        `ip is another address than ${taken}, which Ansible uses: one of the two is out of date; ${taken} is taken`,
      )
    else if (taken !== ip.value) this.node.note = `its inventory says ip: ${String(ip.value)}`
  }

  #has(word: string): boolean {
    return (WORDS[word] ?? []).some((name) => this.variables.has(name))
  }

  #way(): void {
    for (const name of WORDS['way'] ?? []) {
      const found = this.#first([name])
      if (!found) continue
      const [, { value, place }] = found
      if (isExpression(value)) {
        this.#say(
          place,
          `${name} is an expression, which is not worked out here: write the computer in between as via`,
        )
        continue
      }
      const { jump, problem, others } = sshArguments(String(value))
      if (problem !== undefined) this.#say(place, `${name}: ${problem}; not taken over`)
      if (jump) this.node.via = jump
      const left = others.filter((other) => other !== '')
      if (left.length > 0)
        this.#say(
          place,
          `${name}: ${left.join(', ')} is not taken over; bramble has its own settings of ssh, and reads yours in ~/.ssh/config`,
        )
    }
  }

  #sudo(): void {
    const found = this.#first(WORDS['sudo'] ?? [])
    if (!found) return
    const [name, { value, place }] = found
    this.node.sudo = 'password'
    const secret = /^\{\{\s*(\w+)\s*\}\}$/.exec(typeof value === 'string' ? value : '')?.[1] ?? 'sudo'
    this.#say(
      place,
      `${name} is a secret and is not copied: it is asked for, or kept after  bramble secrets import ${secret}  as  sudo_password: { from: { secret: ${secret} } }`,
    )
  }

  /** What the boards are called, and what is on them. */
  #board(names: readonly string[]): void {
    const mac = this.variables.get('mac') ?? this.variables.get('mac_address')
    if (mac && MAC.test(String(mac.value))) {
      this.node.mac = String(mac.value)
      this.#used.add('mac').add('mac_address')
    }
    const serial = this.variables.get('serial')
    if (serial && /^[0-9a-f]{8,16}$/i.test(String(serial.value))) {
      this.node.serial = String(serial.value)
      this.#used.add('serial')
    }
    for (const word of ['name', 'hostname']) {
      const named = this.variables.get(word)
      if (named && names.includes(String(named.value).split('.')[0]?.toLowerCase() ?? ''))
        this.#used.add(word)
    }
    const labels = this.variables.get('labels')
    const read = labels && labelsIn(labels.value)
    if (!read) return
    this.#used.add('labels')
    this.node.labels = read
  }

  #homeless(name: string, { place, isVaulted, value }: Variable): void {
    const reason = notNeeded(name)
    if (reason !== undefined) {
      this.#say(place, `${name} is not taken over: ${reason}`)
      return
    }
    const meant =
      name.startsWith('ansible') && !KNOWN.includes(name)
        ? didYouMean(name.replaceAll('-', '_'), KNOWN)
        : undefined
    if (meant !== undefined) {
      this.#say(
        place,
        `Ansible passes over ${name}: it is spelt ${meant}; so ${this.host} has no such setting there, and none here`,
      )
      if (meant === 'ansible_host' && typeof value === 'string') this.node.note = `address: ${value}`
      return
    }
    const what = isVaulted ? ', encrypted,' : isExpression(value) ? ', an expression,' : ''
    const likely = likelyHome(name)
    this.#say(
      place,
      `${name}${what} has no home in a cluster file${likely === undefined ? '' : `: ${likely}`}`,
    )
  }
}

/** A map of texts, or `zone=attic,hat=sense`; undefined when it is neither. */
function labelsIn(value: unknown): Readonly<Record<string, string>> | undefined {
  const pairs =
    typeof value === 'string'
      ? value.split(',').map((pair) => pair.trim().split('='))
      : typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([key, of]) => [key, String(of)])
        : []
  const isWhole =
    pairs.length > 0 &&
    pairs.every(
      ([key = '', of, ...more]) =>
        /^[a-z][a-z0-9_-]*$/i.test(key) && of !== undefined && !isExpression(of) && more.length === 0,
    )
  return isWhole ? (Object.fromEntries(pairs) as Record<string, string>) : undefined
}
