/** Puts the texts that references lead to in their places. */
import { z } from 'zod'
import { referenceCodes } from '../../diagnostics/catalogue/references.ts'
import { fileCodes } from '../../diagnostics/catalogue/files.ts'
import type { Diagnostic, FilePlace } from '../../diagnostics/diagnostic.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { readBeside } from '../beside.ts'
import { schemasAt } from '../known-keys.ts'
import { keyPathText, type KeyPath, type Positions } from '../positions.ts'
import { decodeUtf8 } from '../utf8.ts'
import { standInFor } from './stand-in.ts'
import { SOURCES, targetOf, type Source, type Target } from './reference.ts'

/** A reference of the cluster file, with what it led to. */
export interface TakenText extends Target {
  readonly path: KeyPath
  readonly where: FilePlace
  /** For a secret, what stands for it. */
  readonly text: string
}

/** What a cluster file says once the texts are in their places. */
export interface WithTexts {
  readonly value: unknown
  readonly taken: readonly TakenText[]
  readonly diagnostics: readonly Diagnostic[]
  /** The ways to references that led to nothing. */
  readonly failed: readonly KeyPath[]
}

/** What is needed beside the values. */
export interface TakingInput {
  readonly schema: z.core.$ZodType
  readonly positions: Positions
  /** That of the cluster file: paths count from it. */
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
}

/** Follows every reference that stands where a text may stand. */
export function withTexts(value: unknown, input: TakingInput): WithTexts {
  const taking = new Taking(input)
  const put = taking.follow(value, [])
  const { taken, diagnostics, failed } = taking
  return { value: put, taken, diagnostics, failed }
}

class Taking {
  readonly taken: TakenText[] = []
  readonly diagnostics: Diagnostic[] = []
  readonly failed: KeyPath[] = []
  readonly #input: TakingInput

  constructor(input: TakingInput) {
    this.#input = input
  }

  follow(value: unknown, path: KeyPath): unknown {
    if (typeof value !== 'object' || value === null) return value
    const target = targetOf(value)
    if (target !== undefined && this.#takesText(path, target === 'unclear')) return this.#text(target, path)
    if (Array.isArray(value)) return value.map((item, index) => this.follow(item, [...path, index]))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.follow(item, [...path, key])]),
    )
  }

  /** Where anything may stand, only what is a reference beyond doubt is taken for one. */
  #takesText(path: KeyPath, isDoubtful: boolean): boolean {
    // Included files are read before anything else is.
    if (path[0] === 'include') return false
    const schemas = schemasAt(this.#input.schema, path)
    const hasOwn = schemas.some((one) => one instanceof z.ZodObject && Object.hasOwn(one.shape, 'from'))
    return !hasOwn && schemas.some((one) => isText(one) && !(isDoubtful && isAnything(one)))
  }

  #text(target: Target | 'unclear', path: KeyPath): string | undefined {
    const where = this.#input.positions.of(path)
    const found = target === 'unclear' ? unclear(path, where) : this.#read(target, path, where)
    if (target !== 'unclear' && typeof found === 'string') {
      this.taken.push({ ...target, path, where, text: found })
      return found
    }
    if (typeof found === 'object') this.diagnostics.push(found)
    this.failed.push(path)
    return undefined
  }

  #read({ source, name }: Target, path: KeyPath, where: FilePlace): string | Diagnostic {
    const { folder, environment } = this.#input
    const readers: Record<Source, () => string | Diagnostic> = {
      file: () => textOfFile(name, folder, where),
      env: () =>
        environment[name] ??
        referenceCodes.ENVIRONMENT_VARIABLE_MISSING(
          { name, near: didYouMean(name, Object.keys(environment)) },
          { where },
        ),
      secret: () =>
        maySecretStand(path)
          ? standInFor(name)
          : referenceCodes.SECRET_NOT_TAKEN({ key: keyPathText(path), name }, { where }),
    }
    return readers[source]()
  }
}

/** Only what roles are told reaches the nodes as a content, the environment of a service, and a password on its way to sudo; all else is read before the secrets are opened. */
function maySecretStand(path: KeyPath): boolean {
  const [top, , third, ...below] = path
  if (path.at(-1) === 'sudo_password') return top === 'access' || top === 'nodes'
  if (top === 'roles') return third !== 'on' && third !== 'count' && below[0] !== 'on' && below[0] !== 'count'
  if (top === 'services') return third === 'env'
  return top === 'nodes' && third === 'options'
}

function unclear(path: KeyPath, where: FilePlace): Diagnostic {
  return referenceCodes.REFERENCE_UNCLEAR({ key: keyPathText(path), sources: SOURCES }, { where })
}

function textOfFile(path: string, folder: string, where: FilePlace): string | Diagnostic {
  const read = readBeside(path, folder, where)
  if (!Buffer.isBuffer(read)) return read
  const decoded = decodeUtf8(path, read)
  const unreadable = (reason: string): Diagnostic =>
    fileCodes.SOURCE_FILE_UNREADABLE({ path, reason }, { where })
  if (!('text' in decoded)) return unreadable(`it is no text in UTF-8: ${decoded.found}`)
  return decoded.text.includes('\0') ? unreadable('it is no text: it holds a NUL') : decoded.text
}

function isAnything(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodUnknown || schema instanceof z.ZodAny
}

function isText(schema: z.core.$ZodType): boolean {
  return (
    isAnything(schema) ||
    schema instanceof z.core.$ZodString ||
    schema instanceof z.ZodEnum ||
    schema instanceof z.ZodLiteral
  )
}
