/** Reads an inventory in Ansible's INI form (Ansible, plugin `ini`). What cannot be read is a finding, and the rest is read all the same. */
import type { FilePlace } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { hostNames } from './host-range.ts'
import type { Inventory, InventoryGroup } from './inventory.ts'
import { literalOf } from './literal.ts'
import { wordsOf, type Word } from './ini-words.ts'

const SECTION = /^\[([^:\]]+)(?::(\w+))?\]\s*(?:[#;].*)?$/
const SORTS = ['hosts', 'children', 'vars']

/** Adds what a text says to the inventory. */
export function readIni(inventory: Inventory, file: string, text: string): void {
  new IniReader(inventory, file).read(text)
}

class IniReader {
  #group: string
  #sort = 'hosts'

  constructor(
    readonly inventory: Inventory,
    readonly file: string,
  ) {
    this.#group = 'ungrouped'
  }

  read(text: string): void {
    for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
      const line = written.replace(/^\uFEFF/, '')
      const at = (column: number): FilePlace => ({ file: this.file, line: index + 1, column, length: 0 })
      const trimmed = line.trim()
      if (trimmed === '' || /^[#;]/.test(trimmed)) continue
      if (trimmed.startsWith('[') && !this.#isHostOfRange(trimmed)) this.#section(trimmed, at(1))
      else if (this.#sort === 'hosts') this.#hosts(line, at)
      else if (this.#sort === 'children') this.#child(line, at)
      else if (this.#sort === 'vars') this.#variable(trimmed, at(line.indexOf(trimmed) + 1))
    }
  }

  /** `[a:c].example.net` is a host, not a section. */
  #isHostOfRange(line: string): boolean {
    return this.#sort === 'hosts' && /^\[[^\]]*:[^\]]*\][^\s#;]/.test(line)
  }

  #section(line: string, place: FilePlace): void {
    const found = SECTION.exec(line)
    const sort = found?.[2] ?? 'hosts'
    if (!found || !SORTS.includes(sort)) {
      const meant = found && didYouMean(sort, SORTS)
      this.inventory.find(
        place,
        `${line} is no section${meant ? `, perhaps [${found[1]}:${meant}] is meant` : ''}; left out`,
      )
      // What follows belongs to nobody that is known.
      this.#sort = 'left out'
      return
    }
    this.#group = found[1] as string
    this.#sort = sort
    this.inventory.group(this.#group, place)
  }

  #current(place: FilePlace): InventoryGroup {
    return this.inventory.group(this.#group, place)
  }

  #hosts(line: string, at: (column: number) => FilePlace): void {
    const words = wordsOf(line)
    if (typeof words === 'string') {
      this.inventory.find(at(1), `${words}; the line is left out`)
      return
    }
    const [first, ...settings] = words
    if (!first) return
    const [pattern, port] = withPort(first.text)
    const names = hostNames(pattern)
    if (typeof names === 'string') {
      this.inventory.find(at(first.column), `${names}; left out`)
      return
    }
    for (const name of names) {
      const host = this.inventory.host(name, at(first.column))
      this.#current(host.place).hosts.add(name)
      if (port !== undefined)
        host.variables.set('ansible_port', { value: Number(port), place: at(first.column) })
      for (const word of settings)
        this.#setting(word, at(word.column), (key, value) => host.variables.set(key, value))
    }
  }

  #setting(
    { text }: Word,
    place: FilePlace,
    set: (key: string, value: { readonly value: unknown; readonly place: FilePlace }) => void,
  ): void {
    const equals = text.indexOf('=')
    if (equals < 1) this.inventory.find(place, `${text} is no NAME=VALUE; left out`)
    else set(text.slice(0, equals), { value: literalOf(text.slice(equals + 1)), place })
  }

  #child(line: string, at: (column: number) => FilePlace): void {
    const words = wordsOf(line)
    if (typeof words === 'string' || words.length !== 1) {
      this.inventory.find(at(1), `${line.trim()} is not the name of a group; left out`)
      return
    }
    const [{ text, column }] = words as [Word]
    this.#current(at(column)).children.set(text, at(column))
  }

  /** White space around the sign and the value does not count; a comment after a text is part of it, as in Ansible. */
  #variable(line: string, place: FilePlace): void {
    const equals = line.indexOf('=')
    if (equals < 1) {
      this.inventory.find(place, `${line} is no NAME=VALUE; left out`)
      return
    }
    const name = line.slice(0, equals).trim()
    const value = literalOf(line.slice(equals + 1).trim())
    if (typeof value === 'string' && / [#;]/.test(value))
      this.inventory.find(place, `${name}: Ansible takes what follows # here for a part of the value`)
    this.#current(place).variables.set(name, { value, place })
  }
}

/** `host:2222`; an IPv6 address has its port behind brackets, which ranges need too, so there is none. */
function withPort(word: string): readonly [string, string | undefined] {
  const found = /^([^:[\]]*(?:\[[^\]]*\][^:[\]]*)*):(\d+)$/.exec(word)
  return found ? [found[1] as string, found[2]] : [word, undefined]
}
