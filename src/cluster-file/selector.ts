/** Tells whether a node fits a selector, and puts selectors into words. */
import { parseMemory } from '../hardware/memory.ts'
import type { ServiceEntry } from './service-schema.ts'
import type { Selection, Selector } from './selection-schema.ts'

/** What selectors look at. What is not known yet is left out and fits no condition. */
export interface Candidate {
  readonly name: string
  readonly model?: string | undefined
  /** As sold, not as the kernel counts. */
  readonly memoryBytes?: number | undefined
  readonly architecture?: string | undefined
  readonly has: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** True when the node fits every condition of the selector (`of` and `count` are no conditions on a single node). */
export function fitsSelector(node: Candidate, selector: Selector): boolean {
  const { model, architecture, memory, has = [], labels = {} } = selector
  return (
    isOneOf(node.model, model) &&
    isOneOf(node.architecture, architecture) &&
    (memory === undefined || memoryFits(node.memoryBytes, memory)) &&
    has.every((label) => node.has.includes(label)) &&
    Object.entries(labels).every(
      ([name, value]) => Object.hasOwn(node.labels, name) && node.labels[name] === value,
    )
  )
}

/** A selection in a few words: "model pi4 or pi5, memory >=1GiB". */
export function selectionText(selection: Selection): string {
  if (Array.isArray(selection)) return selection.join(', ')
  const { model, architecture, memory, has, labels = {}, of } = selection
  const conditions = [
    model && `model ${model.join(' or ')}`,
    memory && `memory ${memory}`,
    architecture && `architecture ${architecture.join(' or ')}`,
    has && `has ${has.join(' and ')}`,
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    of && `of ${of.join(', ')}`,
  ]
  return conditions.filter((condition) => condition !== undefined).join(', ') || 'an empty selector'
}

/** Where a service runs: on the nodes of its `on` (all when left out) that have every label of its `needs`. */
export function serviceSelection({ on = ['all'], needs }: Pick<ServiceEntry, 'on' | 'needs'>): Selection {
  if (needs.length === 0) return on
  if (Array.isArray(on)) return { of: on, has: needs }
  return { ...on, has: [...(on.has ?? []), ...needs] }
}

function isOneOf(value: string | undefined, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value))
}

const COMPARISONS: Readonly<Record<string, (bytes: number, limit: number) => boolean>> = {
  '>=': (bytes, limit) => bytes >= limit,
  '<=': (bytes, limit) => bytes <= limit,
  '>': (bytes, limit) => bytes > limit,
  '<': (bytes, limit) => bytes < limit,
  '=': (bytes, limit) => bytes === limit,
}

function memoryFits(bytes: number | undefined, condition: string): boolean {
  const [, operator = '', amount = ''] = /^([<>=]*) ?(.*)$/.exec(condition) ?? []
  const limit = parseMemory(amount)
  const compare = COMPARISONS[operator || '=']
  return bytes !== undefined && limit !== undefined && compare !== undefined && compare(bytes, limit)
}
