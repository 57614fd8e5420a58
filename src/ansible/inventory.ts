/** An Ansible inventory as it is written: hosts, groups and variables, each with its place. Nothing is evaluated. */

import type { FilePlace } from '../diagnostics/diagnostic.ts'

/** One variable as it is written. */
export interface Variable {
  /** Numbers, truth values, lists and maps as Ansible would read them; everything else is text. */
  readonly value: unknown
  readonly place: FilePlace
  /** It is encrypted (`!vault`), so that its value is not known here. */
  readonly isVaulted?: true
}

/** Variables by name. */
export type Variables = Map<string, Variable>

/** A host: where it is first named, and what is said of it alone. */
export interface InventoryHost {
  readonly place: FilePlace
  readonly variables: Variables
}

/** A group: the hosts and groups that are listed in it, in their order. */
export interface InventoryGroup {
  readonly place: FilePlace
  readonly hosts: Set<string>
  readonly children: Map<string, FilePlace>
  readonly variables: Variables
}

/** Something that the reader of an inventory should know. */
export interface Finding {
  readonly place: FilePlace
  readonly text: string
}

/** All files of an inventory together. */
export class Inventory {
  readonly hosts = new Map<string, InventoryHost>()
  readonly groups = new Map<string, InventoryGroup>()
  readonly findings: Finding[] = []

  /** The host of this name; a new one where there was none. */
  host(name: string, place: FilePlace): InventoryHost {
    return entry(this.hosts, name, () => ({ place, variables: new Map() }))
  }

  /** The group of this name; a new one where there was none. */
  group(name: string, place: FilePlace): InventoryGroup {
    return entry(this.groups, name, () => ({
      place,
      hosts: new Set(),
      children: new Map(),
      variables: new Map(),
    }))
  }

  /** Notes something about the text itself. */
  find(place: FilePlace, text: string): void {
    this.findings.push({ place, text })
  }
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** A value that Ansible would have to work out (Jinja2), which nobody does here. */
export function isExpression(value: unknown): boolean {
  if (typeof value === 'string') return /\{\{|\{%/.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(isExpression)
}
