/** Names that hosts and groups get in a cluster file: DNS labels in lower case (RFC 1123, 2.1). */
import { isIP } from 'node:net'

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** The nearest label; undefined when nothing of the text is left. */
export function labelOf(text: string): string | undefined {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return LABEL.test(label) ? label : undefined
}

/** Name of a host: its first label; of one that is named by its address what it is called besides, or the address in words. */
export function nodeNameOf(host: string, called: readonly unknown[]): string | undefined {
  if (isIP(host) === 0) return labelOf(host.split('.')[0] ?? '')
  const names = called.filter((name): name is string => typeof name === 'string' && isIP(name) === 0)
  return (
    names.map((name) => labelOf(name.split('.')[0] ?? '')).find((name) => name !== undefined) ??
    labelOf(`ip-${host}`)
  )
}
