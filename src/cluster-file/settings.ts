/** Values given on the command line (`--set KEY=VALUE`) in place of those of the cluster file, for this one command. */
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { keyPathText, type KeyPath, type Positions } from './positions.ts'
import { readYaml } from './yaml-source.ts'

/** A cluster file with the settings in it. */
export interface SetValues {
  readonly value: unknown
  /** What was set stands in its setting, everything else where it was. */
  readonly positions: Positions
  readonly diagnostics: readonly Diagnostic[]
}

interface Setting {
  readonly text: string
  readonly path: KeyPath
  readonly value: unknown
}

/**
 * Puts settings such as `roles.consul-server.log_level=debug` into a cluster file; a later one wins. `KEY=` takes the key out. A number goes into a
 * list: `roles.files.0.mode=600`.
 */
export function withSettings(value: unknown, positions: Positions, texts: readonly string[]): SetValues {
  const diagnostics: Diagnostic[] = []
  const settings: Setting[] = []
  let result = value
  for (const text of texts) {
    try {
      const setting = parsed(text, result)
      result = put(result, setting.path, setting.value)
      settings.unshift(setting)
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      diagnostics.push(commandCodes.SET_UNUSABLE({ text, problem: error.message }, { where: placeOf(text) }))
    }
  }
  if (settings.length === 0) return { value, positions, diagnostics }
  return { value: result, positions: new SetPositions(value, positions, settings), diagnostics }
}

/** Why a setting cannot be used, as the end of a sentence. */
class Unusable extends Error {}

function parsed(text: string, file: unknown): Setting {
  const [, key, written = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (key === undefined) throw new Unusable('has no "="')
  const steps = key.split('.')
  if (steps.some((step) => step === '' || step === '__proto__')) throw new Unusable('names no key')
  if (steps[0] === 'include') throw new Unusable('names files, which are read before it')
  const path = wayIn(file, steps)
  if (written.trim() === '') return { text, path, value: undefined }
  // As the value of a key, so that text, numbers and lists are what they would be in the file.
  const { value, diagnostics } = readYaml(text, `value: ${written}`)
  if (diagnostics.length > 0) throw new Unusable(`has a value that is not YAML: ${diagnostics[0]?.summary}`)
  return { text, path, value: (value as { readonly value: unknown }).value }
}

/** The steps as positions have them: into a list by number. */
function wayIn(file: unknown, steps: readonly string[]): KeyPath {
  let value = file
  return steps.map((step) => {
    const own = Array.isArray(value) && /^\d+$/.test(step) ? Number(step) : step
    value = inside(value, own)
    return own
  })
}

/** What a map or a list has there; undefined where there is nothing. */
function inside(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

/** A copy with one value changed; maps that are missing on the way are made. */
function put(into: unknown, path: KeyPath, value: unknown, walked: KeyPath = []): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(into)) return putInList(into, path, value, walked)
  if (into !== undefined && into !== null && !isMap(into)) {
    throw new Unusable(`goes below ${keyPathText(walked)}, which is no map`)
  }
  const { [step]: old, ...others } = into ?? {}
  const inner = put(old, rest, value, [...walked, step])
  return inner === undefined ? others : { ...into, [step]: inner }
}

function putInList(list: readonly unknown[], path: KeyPath, value: unknown, walked: KeyPath): unknown {
  const [step, ...rest] = path
  const name = keyPathText(walked)
  if (typeof step !== 'number')
    throw new Unusable(`goes below ${name}, which is a list: its items are numbers`)
  if (step >= list.length)
    throw new Unusable(`goes to ${name}[${step}], and the first item is 0 of ${list.length}`)
  const inner = put(list[step], rest, value, [...walked, step])
  // The places of all items behind it would be those of others.
  if (inner === undefined) throw new Unusable(`takes an item out of ${name}: write the whole list`)
  return list.with(step, inner)
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function placeOf(text: string): FilePlace {
  return { file: '--set', line: 1, column: 1, length: 0, key: text }
}

class SetPositions implements Positions {
  readonly #file: unknown
  readonly #positions: Positions
  readonly #settings: readonly Setting[]

  constructor(file: unknown, positions: Positions, settings: readonly Setting[]) {
    this.#file = file
    this.#positions = positions
    this.#settings = settings
  }

  of(path: KeyPath): FilePlace {
    return this.#set(path) ?? this.#positions.of(path)
  }

  ofKey(path: KeyPath): FilePlace {
    return this.#set(path) ?? this.#positions.ofKey(path)
  }

  /** What lies in a setting, and what only a setting has made. */
  #set(path: KeyPath): FilePlace | undefined {
    const isIn = ({ path: own }: Setting): boolean =>
      own.slice(0, path.length).every((step, index) => step === path[index]) &&
      (path.length >= own.length || !this.#isInFile(path))
    const setting = path.length === 0 ? undefined : this.#settings.find(isIn)
    return setting && placeOf(setting.text)
  }

  #isInFile(path: KeyPath): boolean {
    let value = this.#file
    for (const step of path) {
      value = inside(value, step)
      if (value === undefined) return false
    }
    return true
  }
}
