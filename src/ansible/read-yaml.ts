/** Reads an inventory, or a file of variables, in Ansible's YAML form (Ansible, plugin `yaml`; YAML 1.1, where `yes` is true). */
import type { FilePlace } from '../diagnostics/diagnostic.ts'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { hostNames } from './host-range.ts'
import type { Inventory, Variable, Variables } from './inventory.ts'

const PARTS = ['hosts', 'children', 'vars']
/** Tags that Ansible adds: encrypted text, and text that is not evaluated. */
const VAULT = '!vault'
const tag = (name: string) => ({ tag: name, resolve: (text: string) => text })

/** Adds what a text says to the inventory. */
export function readYamlInventory(inventory: Inventory, file: string, text: string): void {
  const reader = new YamlReader(inventory, file, text)
  for (const [name, group, place] of reader.entries(reader.root)) reader.group(name, group, place)
}

/** Variables of a file of `group_vars` or `host_vars`. */
export function readYamlVariables(inventory: Inventory, file: string, text: string, into: Variables): void {
  const reader = new YamlReader(inventory, file, text)
  reader.variables(reader.root, into, { file, line: 1, column: 1, length: 0 })
}

class YamlReader {
  readonly root: unknown
  readonly #lines = new LineCounter()
  readonly #document: Document

  constructor(
    readonly inventory: Inventory,
    readonly file: string,
    text: string,
  ) {
    this.#document = parseDocument(text, {
      version: '1.1',
      customTags: [tag(VAULT), tag('!unsafe'), tag('!vault-encrypted')],
      lineCounter: this.#lines,
      // Ansible warns, and the last one counts.
      uniqueKeys: false,
    })
    const [mistake] = this.#document.errors
    if (mistake)
      inventory.find(
        this.#at(mistake.pos[0]),
        `this is no YAML: ${mistake.message.split(/ at line|\n/)[0]}; the file is left out`,
      )
    this.root = mistake ? null : this.#document.contents
  }

  #at(offset: number): FilePlace {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), length: 0 }
  }

  /** Keys of a map with their values and places; what is no map is a finding. */
  *entries(node: unknown, what = 'the file'): Generator<readonly [string, unknown, FilePlace]> {
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return
    if (!isMap(node)) {
      this.inventory.find(this.#placeOf(node), `${what} is no map; left out`)
      return
    }
    const seen = new Set<string>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.source ?? key.value) : String(key)
      const place = this.#placeOf(key)
      if (seen.has(name))
        this.inventory.find(place, `${name} is written twice in ${what}; the last one counts, as in Ansible`)
      seen.add(name)
      yield [name, value, place]
    }
  }

  #placeOf(node: unknown): FilePlace {
    return this.#at(isNode(node) ? (node.range?.[0] ?? 0) : 0)
  }

  group(name: string, node: unknown, place: FilePlace): void {
    const group = this.inventory.group(name, place)
    for (const [part, value, at] of this.entries(node, `the group ${name}`)) {
      if (part === 'hosts') this.#hosts(group.hosts, name, value)
      else if (part === 'vars') this.variables(value, group.variables, at)
      else if (part === 'children') {
        for (const [child, of, there] of this.entries(value, `children of ${name}`)) {
          group.children.set(child, there)
          this.group(child, of, there)
        }
      } else {
        const meant = didYouMean(part, PARTS)
        this.inventory.find(
          at,
          `Ansible passes over ${part} in the group ${name}: it knows ${PARTS.join(', ')}${meant ? `; ${meant} is meant, perhaps` : ''}`,
        )
      }
    }
  }

  #hosts(into: Set<string>, group: string, node: unknown): void {
    if (isScalar(node) && typeof node.value === 'string') {
      this.#host(into, node.value, null, this.#placeOf(node))
      return
    }
    for (const [pattern, value, place] of this.entries(node, `hosts of ${group}`))
      this.#host(into, pattern, value, place)
  }

  #host(into: Set<string>, pattern: string, node: unknown, place: FilePlace): void {
    const names = hostNames(pattern)
    if (typeof names === 'string') {
      this.inventory.find(place, `${names}; left out`)
      return
    }
    for (const name of names) {
      into.add(name)
      this.variables(node, this.inventory.host(name, place).variables, place)
    }
  }

  variables(node: unknown, into: Variables, place: FilePlace): void {
    for (const [name, value, at] of this.entries(node, `the variables at line ${place.line}`)) {
      const variable: Variable = { value: this.#plain(value), place: at }
      into.set(
        name,
        isNode(value) && value.tag === VAULT ? { ...variable, value: '', isVaulted: true } : variable,
      )
    }
  }

  #plain(node: unknown): unknown {
    return isNode(node) ? (node.toJS(this.#document) as unknown) : node
  }
}
