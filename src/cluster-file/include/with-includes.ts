/** Makes one cluster file of the files that it is written in. */
import { includeCodes } from '../../diagnostics/catalogue/include.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { KeyPath, Positions } from '../positions.ts'
import { includedParts } from './included-parts.ts'
import { isMap, type Part, type Texts } from './part.ts'

/** A cluster file with everything that it includes. */
export interface WholeFile {
  /** Undefined when one of the files cannot be read: what it would say is not known. */
  readonly value: unknown
  /** Each place in the file that it is in. */
  readonly positions: Positions
  /** All files, the main one first. */
  readonly parts: readonly Part[]
  readonly diagnostics: readonly Diagnostic[]
  /** The file in which a value stands, or would be written. */
  ownerOf(path: KeyPath): Part
}

/** Keys whose names may be spread over several files; every other key stands in one of them. */
const UNITED: readonly string[] = ['nodes', 'groups', 'services', 'roles']

/** The main file with all that it includes; `texts` are taken in place of what files say. */
export function withIncludes(main: Part, texts: Texts = new Map()): WholeFile {
  if (!isMap(main.value) || main.value['include'] === undefined) {
    return { ...main, parts: [main], diagnostics: [], ownerOf: () => main }
  }
  const { parts, diagnostics } = includedParts(main, texts)
  const uniting = new Uniting(main)
  for (const part of parts) uniting.add(part)
  const ownerOf = (path: KeyPath): Part => uniting.ownerOf(path)
  return {
    value: diagnostics.length === 0 ? uniting.value : undefined,
    positions: {
      of: (path) => ownerOf(path).positions.of(path),
      ofKey: (path) => ownerOf(path).positions.ofKey(path),
    },
    parts,
    diagnostics: [...diagnostics, ...uniting.diagnostics],
    ownerOf,
  }
}

class Uniting {
  readonly value: Record<string, unknown> = {}
  readonly diagnostics: Diagnostic[] = []
  readonly #main: Part
  readonly #owners = new Map<string, Part>()

  constructor(main: Part) {
    this.#main = main
  }

  add(part: Part): void {
    for (const [key, own] of Object.entries(part.value as Readonly<Record<string, unknown>>)) {
      // It says of which files, not what.
      if (key === 'include' && part !== this.#main) continue
      const before = this.value[key]
      if (!this.#owners.has(nameOf([key]))) this.#put(key, own, part)
      else if (UNITED.includes(key) && isMapOrNothing(before) && isMapOrNothing(own))
        this.#unite(key, before ?? {}, own ?? {}, part)
      else this.#twice([key], part)
    }
  }

  ownerOf(path: KeyPath): Part {
    const [key, name] = path
    const owner = name === undefined ? undefined : this.#owners.get(nameOf([String(key), String(name)]))
    return owner ?? (key === undefined ? undefined : this.#owners.get(nameOf([String(key)]))) ?? this.#main
  }

  #put(key: string, own: unknown, part: Part): void {
    this.value[key] = own
    this.#owners.set(nameOf([key]), part)
    if (!UNITED.includes(key) || !isMap(own)) return
    for (const name of Object.keys(own)) this.#owners.set(nameOf([key, name]), part)
  }

  #unite(key: string, before: object, own: object, part: Part): void {
    const added = Object.entries(own).filter(([name]) => {
      if (!Object.hasOwn(before, name)) return true
      this.#twice([key, name], part)
      return false
    })
    this.value[key] = { ...before, ...Object.fromEntries(added) }
    for (const [name] of added) this.#owners.set(nameOf([key, name]), part)
  }

  #twice(path: readonly string[], part: Part): void {
    const first = this.ownerOf(path)
    const also = [{ place: first.positions.ofKey(path), note: 'the first one' }]
    const where = part.positions.ofKey(path)
    this.diagnostics.push(includeCodes.KEY_IN_TWO_FILES({ key: path.join('.') }, { where, also }))
  }
}

function nameOf(path: readonly string[]): string {
  return JSON.stringify(path)
}

function isMapOrNothing(value: unknown): value is Readonly<Record<string, unknown>> | null {
  return value === null || isMap(value)
}
