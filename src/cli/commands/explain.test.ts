import { describe, expect, it } from 'vitest'
import { bramble } from '../../../test/cli/command-run.ts'
import { CATALOGUE } from '../../api/explain/catalogue.ts'
import { explainCode } from '../../api/explain/code-reference.ts'

describe('explain', () => {
  it.each(CATALOGUE.map((code) => [code.code, code] as const))(
    'has a text for %s, in capitals or not',
    async (name, code) => {
      const { code: status, out } = await bramble(['explain', name.toLowerCase()])
      expect([status, out]).toEqual([0, explainCode(code)])
    },
  )

  it('proposes the code that was meant', async () => {
    const { code, err } = await bramble(['explain', 'UNKNOWN_KEI'])
    expect(code).toBe(1)
    expect(err).toContain('error CODE_UNKNOWN: there is no error or warning UNKNOWN_KEI')
    expect(err).toContain('did you mean UNKNOWN_KEY?')
  })

  it('lists all codes without a name', async () => {
    const { out } = await bramble(['explain'])
    for (const { code } of CATALOGUE) expect(out).toContain(code)
    const { out: json } = await bramble(['explain', '--json'])
    expect(JSON.parse(json)).toHaveLength(CATALOGUE.length)
  })
})
