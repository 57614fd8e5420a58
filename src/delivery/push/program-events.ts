/** The lines of a program and of the session around it, as typed events; see ARCHITECTURE.md, "A program". */
import { visible, visibleLine } from '../visible.ts'

/** What a program says. Texts are harmless for a terminal. */
export type ProgramEvent =
  | { readonly type: 'hello' }
  | { readonly type: 'fact'; readonly key: string; readonly value: string }
  | { readonly type: 'differs'; readonly id: string; readonly action: 'create' | 'remove' }
  | {
      readonly type: 'differs'
      readonly id: string
      readonly action: 'update'
      readonly field: string
      /** Both are left out when the values must not be shown. */
      readonly is?: string
      readonly wanted?: string
    }
  /** An apply cannot make it so: nothing is to be begun. */
  | { readonly type: 'obstacle'; readonly id: string; readonly what: string; readonly wayOut: string }
  /** No failure, and worth a word to whoever runs this. */
  | { readonly type: 'notice'; readonly text: string }
  /** `text` is left out when the content is no text. */
  | { readonly type: 'content'; readonly id: string; readonly text?: string }
  | {
      readonly type: 'orphan'
      readonly kind: string
      readonly name: string
      /** Something else was there before, and comes back. */
      readonly putsBack?: true
      /** What that is, where it has a name of its own. */
      readonly what?: string
    }
  | { readonly type: 'converging'; readonly id?: string; readonly kind?: string }
  | { readonly type: 'changed'; readonly id: string }
  | {
      readonly type: 'failed'
      /** Id of a resource, or `kind:name` of one that is to be removed. */
      readonly what: string
      readonly message: string
      readonly output: readonly string[]
    }
  | { readonly type: 'skipped'; readonly id: string; readonly need: string }
  | { readonly type: 'removed'; readonly kind: string; readonly name: string }
  | { readonly type: 'trial'; readonly seconds: number }
  | { readonly type: 'confirmed' }
  | {
      readonly type: 'finished'
      readonly changed: number
      readonly failed: number
      readonly skipped: number
      readonly rebootDue: boolean
    }
  | SessionEvent

/** What the session around the program says. */
export type SessionEvent =
  /** We are root; with a password, what comes after the marker is read from now on. */
  | { readonly type: 'ready' }
  /** Another run holds the lease. */
  | {
      readonly type: 'busy'
      readonly run: string
      readonly by: string
      readonly sinceSeconds: number
      readonly leftSeconds: number
    }
  /** The program of this run still runs apart from any session. */
  | { readonly type: 'running'; readonly run: string }
  /** Session 1: the runtime that the node is said to keep is not there. Session 2: nor is the program that session 1 kept. */
  | { readonly type: 'absent' }
  /** What follows are the bytes of the events file. */
  | { readonly type: 'follows' }
  /** The program is over and never said so. */
  | { readonly type: 'gone' }
  /** The program ended with this status; nothing comes after it. */
  | { readonly type: 'ended'; readonly status: number }
  | { readonly type: 'ousted' }
  /** The lease of a group is ours on this member, or given back. */
  | { readonly type: 'granted' }

/** What events are checked against. */
export interface ExpectedProgram {
  readonly node: string
  readonly resources: { has(id: string): boolean }
}

type Parser = (fields: readonly string[], expected: ExpectedProgram) => ProgramEvent | undefined

/** Of a role it has the role's name and a dot before it. */
const FACT_KEY = /^(?=.{1,64}$)([a-z][a-z0-9-]*\.)?[a-z][a-z0-9_]*$/

/** From the fields of a line to its event; undefined when they are not what this type of line has. */
const PARSERS: Readonly<Record<string, Parser>> = {
  hello: ([version, node], expected) =>
    version === '1' && node === expected.node ? { type: 'hello' } : undefined,
  fact: ([key = '', value]) =>
    FACT_KEY.test(key) && value !== undefined ? { type: 'fact', key, value: visibleLine(value) } : undefined,
  differs: ([id = '', action, field, is, wanted], expected) => {
    if (!expected.resources.has(id)) return undefined
    if (action === 'create' || action === 'remove') return { type: 'differs', id, action }
    if (action !== 'update' || field === undefined) return undefined
    const shown = { type: 'differs', id, action, field: visibleLine(field) } as const
    return is === undefined || wanted === undefined
      ? shown
      : { ...shown, is: visible(is), wanted: visible(wanted) }
  },
  obstacle: ([id = '', what = '', wayOut = ''], expected) =>
    expected.resources.has(id)
      ? { type: 'obstacle', id, what: visibleLine(what), wayOut: visibleLine(wayOut) }
      : undefined,
  notice: ([text]) =>
    text === undefined ? undefined : { type: 'notice', text: visibleLine(text).slice(0, MOST_NOTICE) },
  content: ([id = '', base64], expected) => {
    if (!expected.resources.has(id) || base64 === undefined) return undefined
    const text = textOf(base64)
    return { type: 'content', id, ...(text !== undefined && { text }) }
  },
  orphan: ([kind = '', name = '', before, what]) => {
    const owned = ownedOf('orphan', kind, name)
    if (!owned || before !== 'before') return owned
    const named = what === undefined || what === '' ? {} : { what: visibleLine(what).slice(0, MOST_NAMES) }
    return { ...owned, putsBack: true, ...named }
  },
  removed: ([kind = '', name = '']) => ownedOf('removed', kind, name),
  converging: ([id = '', kind], expected) => {
    if (expected.resources.has(id)) return { type: 'converging', id }
    return id === '' && isKind(kind) ? { type: 'converging', kind } : undefined
  },
  changed: ([id = ''], expected) => (expected.resources.has(id) ? { type: 'changed', id } : undefined),
  failed: ([what = '', message = '', output = ''], expected) =>
    // What an earlier program left on trial is undone by the next one, which may not know it.
    /^[0-9a-f]{12}$/.test(what) || expected.resources.has(what) || isKind(what.split(':')[0])
      ? { type: 'failed', what: visibleLine(what), message: visibleLine(message), output: linesOf(output) }
      : undefined,
  skipped: ([id = '', need = ''], { resources }) =>
    resources.has(id) && resources.has(need) ? { type: 'skipped', id, need } : undefined,
  trial: ([text]) => {
    const seconds = count(text)
    return seconds === undefined ? undefined : { type: 'trial', seconds }
  },
  confirmed: () => ({ type: 'confirmed' }),
  finished: (fields) => {
    const [changed, failed, skipped] = fields.slice(0, 3).map(count)
    if (changed === undefined || failed === undefined || skipped === undefined) return undefined
    return { type: 'finished', changed, failed, skipped, rebootDue: (fields[3] ?? '') !== '' }
  },
  ready: () => ({ type: 'ready' }),
  busy: ([run = '', since, left, by = '']) => ({
    type: 'busy',
    run: visibleLine(run),
    by: visibleLine(by),
    sinceSeconds: count(since) ?? 0,
    leftSeconds: count(left) ?? 0,
  }),
  running: ([run = '']) => (/^[A-Za-z0-9._-]{1,64}$/.test(run) ? { type: 'running', run } : undefined),
  absent: () => ({ type: 'absent' }),
  follows: () => ({ type: 'follows' }),
  gone: () => ({ type: 'gone' }),
  ended: ([text]) => {
    const status = count(text)
    return status === undefined ? undefined : { type: 'ended', status }
  },
  ousted: () => ({ type: 'ousted' }),
  granted: () => ({ type: 'granted' }),
}

/**
 * The event of one line without its line feed: `unknown` for a type that this version does not know, `wrong` for
 * fields that the type cannot have, undefined for a line that is no event.
 */
export function parseLine(
  line: string,
  expected: ExpectedProgram,
): ProgramEvent | 'unknown' | 'wrong' | undefined {
  if (!line.startsWith('@\t')) return undefined
  const [type = '', ...fields] = line.slice(2).split('\t')
  const parser = Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined
  if (!parser) return 'unknown'
  return parser(fields.map(unescaped), expected) ?? 'wrong'
}

function unescaped(field: string): string {
  return field.replace(/\\([\\tn])/g, (_, letter: string) =>
    letter === 't' ? '\t' : letter === 'n' ? '\n' : '\\',
  )
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Math.max(0, Number(text)) : undefined
}

/** So many characters of a notice are told at most. */
const MOST_NOTICE = 500

/** So many characters of names are told at most. */
const MOST_NAMES = 200

function isKind(kind: string | undefined): kind is string {
  return kind !== undefined && /^[a-z][a-z0-9-]{0,63}$/.test(kind)
}

function ownedOf<Type extends 'orphan' | 'removed'>(
  type: Type,
  kind: string,
  name: string,
): { type: Type; kind: string; name: string } | undefined {
  return isKind(kind) && name !== '' ? { type, kind, name: visibleLine(name) } : undefined
}

function linesOf(output: string): string[] {
  return output === '' ? [] : output.split('\n').slice(-20).map(visibleLine)
}

function textOf(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.includes(0)) return undefined
  try {
    return visible(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
