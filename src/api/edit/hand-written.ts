/** What somebody writes who edits a typed cluster file, in one sentence. */
import type { NodeEdit } from '../../cluster-file/edit/node-edits.ts'

/** The sentence, without its end. */
export function handWritten(edit: NodeEdit): string {
  if (edit.do === 'add') {
    const lists = [
      ...edit.groups.map((name) => `groups.${name}`),
      ...edit.roles.map((name) => `roles.${name}.on`),
    ]
    const also = lists.length === 0 ? '' : `, and '${edit.node}' in ${lists.join(', ')}`
    const entry = Object.entries(edit.entry).map(([key, value]) => `${keyText(key)}: ${valueText(value)}`)
    const map = entry.length === 0 ? '{}' : `{ ${entry.join(', ')} }`
    return `write  ${keyText(edit.node)}: ${map}  under nodes${also}`
  }
  const everywhere = 'in groups, on, via and the options of roles'
  if (edit.do === 'remove') return `take '${edit.node}' out of nodes, and wherever it is named ${everywhere}`
  return `write '${edit.to}' for '${edit.node}' under nodes, and wherever it is named ${everywhere}`
}

function keyText(key: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(key) ? key : `'${key}'`
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, own]) => `${keyText(key)}: ${valueText(own)}`)
      .join(', ')} }`
  }
  return typeof value === 'string' ? `'${value}'` : String(value)
}
