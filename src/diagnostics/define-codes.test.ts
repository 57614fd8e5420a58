import { describe, expect, it } from 'vitest'
import { code, defineCodes } from './define-codes.ts'

const codes = defineCodes({
  DISK_FULL: code<{ node: string; left: string }>({
    severity: 'warning',
    origin: 'node',
    shownBy: 'src/diagnostics/define-codes.test.ts',
    title: 'A disk that is full',
    summary: ({ node, left }) => `${node} has ${left} left`,
    why: 'nothing more can be written',
    fix: ({ node }) => `bramble ssh ${node}`,
    explain: 'Cards fill up.',
  }),
})

describe('a declared code', () => {
  it('makes diagnostics that carry its name, its severity and the words for the case', () => {
    const where = { node: 'oneil' }
    expect(codes.DISK_FULL({ node: 'oneil', left: '2MiB' }, { where })).toEqual({
      code: 'DISK_FULL',
      severity: 'warning',
      summary: 'oneil has 2MiB left',
      where,
      why: 'nothing more can be written',
      fix: 'bramble ssh oneil',
    })
  })

  it('keeps the last 20 lines of output', () => {
    const output = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)
    const { output: kept } = codes.DISK_FULL({ node: 'oneil', left: '0' }, { output })
    expect(kept).toEqual(output.slice(10))
  })

  it('leaves out what it was not given', () => {
    const keys = Object.keys(codes.DISK_FULL({ node: 'a', left: '0' }, { where: undefined, also: [] }))
    expect(keys).toEqual(['code', 'severity', 'summary', 'why', 'fix'])
  })
})
