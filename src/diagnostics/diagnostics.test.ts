import { describe, expect, it } from 'vitest'
import type { Diagnostic, Place } from './diagnostic.ts'
import { Diagnostics } from './diagnostics.ts'

function diagnostic(summary: string, where?: Place, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { code: 'TEST', severity, summary, why: 'why', fix: 'fix', ...(where && { where }) }
}

const at = (line: number, column: number, file = 'cluster.yaml'): Place => ({ file, line, column, length: 1 })

describe('Diagnostics', () => {
  it('hands out everything in the order of the file, then by node, then what has no place', () => {
    const all = new Diagnostics()
    all.add(
      diagnostic('nowhere'),
      diagnostic('node b', { node: 'b' }),
      diagnostic('line 10', at(10, 1)),
      diagnostic('resource of a', { node: 'a', address: 'a/file:/etc/hosts' }),
      diagnostic('node a', { node: 'a' }),
      diagnostic('line 9, later', at(9, 12)),
      diagnostic('line 9', at(9, 2)),
      diagnostic('another file', at(1, 1, 'a.yaml')),
    )
    expect(all.sorted().map(({ summary }) => summary)).toEqual([
      'another file',
      'line 9',
      'line 9, later',
      'line 10',
      'node a',
      'resource of a',
      'node b',
      'nowhere',
    ])
  })

  it('hands out the same thing once', () => {
    const all = new Diagnostics()
    all.add(diagnostic('twice', at(1, 1)), diagnostic('twice', at(1, 1)), diagnostic('twice', at(2, 1)))
    expect(all.sorted()).toHaveLength(2)
  })

  it('has errors when there is one, and not when there are only warnings', () => {
    const all = new Diagnostics()
    all.add(diagnostic('careful', at(1, 1), 'warning'))
    expect(all.hasErrors).toBe(false)
    all.add(diagnostic('wrong', at(1, 1)))
    expect(all.hasErrors).toBe(true)
  })
})
