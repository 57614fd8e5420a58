/** Finds and reads the files that a cluster file includes, and those that they include. */
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { includeCodes } from '../../diagnostics/catalogue/include.ts'
import { readingCodes } from '../../diagnostics/catalogue/reading.ts'
import type { Diagnostic, FilePlace } from '../../diagnostics/diagnostic.ts'
import { readBeside } from '../beside.ts'
import { decodeUtf8 } from '../utf8.ts'
import { readYaml } from '../yaml-source.ts'
import { isMap, type Part, type Texts } from './part.ts'

/** The main file first, then the others in the order in which they are named. */
export function includedParts(
  main: Part,
  texts: Texts,
): { readonly parts: readonly Part[]; readonly diagnostics: readonly Diagnostic[] } {
  const following = new Following(main, texts)
  following.follow(main, [main.path])
  return following
}

/** What one entry of `include` says, and where. */
interface Entry {
  readonly written: string
  readonly where: FilePlace
}

class Following {
  readonly parts: Part[]
  readonly diagnostics: Diagnostic[] = []
  readonly #texts: Texts
  /** Where each file was named. */
  readonly #named = new Map<string, FilePlace>()

  constructor(main: Part, texts: Texts) {
    this.parts = [main]
    this.#texts = texts
  }

  /** `chain` are the files that lead to the part, itself the last. */
  follow(part: Part, chain: readonly string[]): void {
    for (const entry of this.#entries(part)) {
      for (const name of this.#names(entry, part)) this.#include({ ...entry, written: name }, part, chain)
    }
  }

  #entries(part: Part): readonly Entry[] {
    const written = isMap(part.value) ? part.value['include'] : undefined
    const listed = Array.isArray(written) ? (written as unknown[]) : written === undefined ? [] : [written]
    return listed.flatMap((item, index) => {
      const where = part.positions.of(['include', index])
      if (typeof item === 'string' && item.trim() !== '') return [{ written: item, where }]
      // The schema speaks of those of the main file.
      if (part !== this.parts[0]) this.diagnostics.push(includeCodes.INCLUDE_NOT_A_PATH({}, { where }))
      return []
    })
  }

  /** The files that an entry stands for. A pattern leaves out the file that it stands in. */
  #names({ written, where }: Entry, part: Part): readonly string[] {
    const pattern = basename(written)
    if (!/[*?]/.test(pattern)) return [written]
    const source = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    const matches = new RegExp(`^(?!\\.)${source.replaceAll('*', '.*').replaceAll('?', '.')}$`)
    const names = namesIn(join(dirname(part.path), dirname(written)))
      .filter((name) => matches.test(name))
      .map((name) => join(dirname(written), name))
      .filter((name) => join(dirname(part.path), name) !== part.path)
    if (names.length === 0)
      this.diagnostics.push(includeCodes.INCLUDE_MATCHES_NOTHING({ pattern: written }, { where }))
    return names
  }

  #include({ written, where }: Entry, part: Part, chain: readonly string[]): void {
    const path = join(dirname(part.path), written)
    const first = this.#named.get(path)
    if (chain.includes(path)) {
      const loop = [...chain.slice(chain.indexOf(path)), path].map((file) => basename(file))
      this.diagnostics.push(includeCodes.INCLUDE_LOOP({ loop }, { where }))
    } else if (first !== undefined) {
      const also = [{ place: first, note: 'the first time' }]
      this.diagnostics.push(includeCodes.INCLUDED_TWICE({ file: path }, { where, also }))
    } else {
      this.#named.set(path, where)
      const included = this.#read(path, { written, where }, part)
      if (included === undefined) return
      this.parts.push(included)
      this.follow(included, [...chain, path])
    }
  }

  #read(path: string, { written, where }: Entry, by: Part): Part | undefined {
    const text = this.#texts.get(path) ?? textOf(path, readBeside(written, dirname(by.path), where))
    if (typeof text !== 'string') {
      this.diagnostics.push(text)
      return undefined
    }
    const { value, positions, diagnostics } = readYaml(path, text)
    // A file that says nothing, or nothing yet, has nothing to add.
    const isEmpty = diagnostics.every(({ code }) => code === readingCodes.CLUSTER_FILE_EMPTY.code)
    if (value === undefined && isEmpty) return { path, text, value: {}, positions }
    this.diagnostics.push(...diagnostics)
    if (value === undefined) return undefined
    if (isMap(value)) return { path, text, value, positions }
    this.diagnostics.push(includeCodes.INCLUDE_NO_KEYS({ file: path }, { where: positions.of([]) }))
    return undefined
  }
}

function textOf(path: string, read: Buffer | Diagnostic): string | Diagnostic {
  if (!Buffer.isBuffer(read)) return read
  const decoded = decodeUtf8(path, read)
  if ('text' in decoded) return decoded.text
  const { where, found, encoding } = decoded
  return readingCodes.CLUSTER_FILE_NOT_UTF8({ file: path, found, encoding }, { where })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return []
  }
}
