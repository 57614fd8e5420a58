/** Jobs as they are written, mostly in files beside the cluster file: what can be said of them while no server is asked. */
import { TextLines } from '../../../cluster-file/text-lines.ts'
import { decodeUtf8 } from '../../../cluster-file/utf8.ts'
import type { FilePlace } from '../../../diagnostics/diagnostic.ts'
import type { Content } from '../../../resources/kind.ts'
import { jsonMistakeAt } from '../../../support/json-mistake.ts'
import type { Job } from './job.ts'

/** A job as it is written: in a file that the cluster file names, or as a service of its own. */
export interface JobFile {
  /** From the folder of the cluster file; of a service the way to it in the cluster file. */
  readonly path: string
  readonly text: string
  /** What is in it shows nowhere. */
  readonly secret: boolean
  /** A job of this name that somebody else registered becomes ours. */
  readonly takeOver: boolean
  /** It was made of a declared service, as JSON: there is no such file. */
  readonly ofService?: true
}

/** What is wrong with a file, and where. */
export interface JobMistake {
  readonly problem: string
  readonly place: FilePlace
}

/** The text of a file, or why it is none. */
export function jobText(path: string, { bytes }: Content): string | JobMistake {
  if ('path' in bytes) throw new Error('a file beside the cluster file is held in memory')
  const decoded = decodeUtf8(path, bytes)
  if ('text' in decoded) return decoded.text
  return { problem: `is not UTF-8 text: ${decoded.found}`, place: decoded.where }
}

/** Whether a job is written in JSON; everything else is HCL, which Nomad alone reads. */
export function isJson({ path, ofService }: Pick<JobFile, 'ofService' | 'path'>): boolean {
  return ofService === true || path.toLowerCase().endsWith('.json')
}

/** The job in a file of JSON: as `nomad job run -json` takes it, alone or under the key `Job`. */
export function jobInJson(path: string, text: string): Job | JobMistake {
  const at = jsonMistakeAt(text)
  if (at !== undefined) {
    const found = text[at]
    const problem =
      found === undefined
        ? 'is no JSON: it ends too early'
        : `is no JSON: ${JSON.stringify(found)} is not expected`
    return { problem, place: new TextLines(path, text).place([at, at + 1]) }
  }
  const value: unknown = JSON.parse(text)
  const outer = asRecord(value)
  const inner = asRecord(outer?.['Job']) ?? outer
  const id = inner?.['ID']
  if (inner === undefined || typeof id !== 'string' || id === '') {
    return { problem: 'holds no job: it has no "ID"', place: { file: path, line: 1, column: 1, length: 0 } }
  }
  return { ...inner, ID: id }
}

/**
 * The name of a job in HCL as it stands there, for a plan before there is a server that could read it. Nothing else goes by it: what the job is
 * called is said by Nomad.
 */
export function nameInHcl(text: string): string | undefined {
  const [, quoted, bare] = /^[ \t]*job[ \t]+(?:"([^"$]+)"|([\w-]+))[ \t]*\{/m.exec(text) ?? []
  const [, own] = /^[ \t]*id[ \t]*=[ \t]*"([^"$]+)"/m.exec(text) ?? []
  return own ?? quoted ?? bare
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
