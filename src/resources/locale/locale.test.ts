/** The kind `locale` keeps the contract of kinds. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem } from '../../../test/contract/own-namespaces.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { locale } from './locale.ts'

const LIST = '# pt_BR.UTF-8 UTF-8\n# pt_PT.UTF-8 UTF-8\n# pt_PT ISO-8859-1\n'
const LISTED = LIST.replace('# pt_PT.UTF-8', 'pt_PT.UTF-8')

describeKind({
  kind: 'locale',
  cases: [
    {
      title: 'writes LANG and keeps the other variables',
      given: { '/etc/default/locale': '#  File\nLANG="en_GB.UTF-8"\nLC_TIME=C.UTF-8\n' },
      resources: [locale({ lang: 'C.UTF-8' })],
      expected: { '/etc/default/locale': '#  File\nLANG=C.UTF-8\nLC_TIME=C.UTF-8\n' },
    },
    {
      title: 'writes /etc/locale.conf where the old name is a link to it',
      given: { '/etc/locale.conf': 'LC_TIME=C\n', '/etc/default/locale': { link: '../locale.conf' } },
      resources: [locale({ lang: 'C.UTF-8' })],
      expected: {
        '/etc/locale.conf': 'LC_TIME=C\nLANG=C.UTF-8\n',
        '/etc/default/locale': { link: '../locale.conf' },
      },
    },
    {
      title: 'makes the file where there is none',
      given: { '/etc/default': { folder: true } },
      resources: [locale({ lang: 'C.UTF-8' })],
      expected: { '/etc/default/locale': 'LANG=C.UTF-8\n' },
    },
    {
      title: 'leaves a locale alone that is as wanted',
      given: { '/etc/default/locale': 'LANG="pt_PT.UTF-8"', '/etc/locale.gen': LISTED },
      resources: [locale({ lang: 'pt_PT.UTF-8' })],
      expected: {},
      unchanged: ['locale:/etc/default/locale'],
    },
  ],
  failing: {
    given: { '/etc/locale.gen': LIST },
    resources: [locale({ lang: 'pt_PT.UTF-8' })],
    message: /^pt_PT\.UTF-8 cannot be generated without the package locales/,
  },
  many: () => [locale({ lang: 'C.UTF-8' })],
})

const canGenerate = existsSync('/usr/sbin/locale-gen')

if (!canGenerate)
  console.warn('no locale is generated on a running system: this computer lacks /usr/sbin/locale-gen')

describe.skipIf(!canGenerate)('on a running system', () => {
  it('a locale is generated, and then it is there', { timeout: 120_000 }, async () => {
    await withOwnSystem(async ({ apply, run }) => {
      const wanted = await programOf([locale({ lang: 'nn_NO.UTF-8' })])
      expect((await apply(wanted)).failed).toEqual(new Map())
      expect((await apply(wanted, 'check')).differing).toEqual([])
      const said = await run('env', 'LC_ALL=nn_NO.UTF-8', 'locale', 'charmap')
      expect(said.stdout.toString() + said.stderr).toBe('UTF-8\n')
    })
  })
  it('a locale that does not exist is a failure that says so', async () => {
    const program = await programOf([locale({ lang: 'xx_XX.UTF-8' })])
    const result = await withOwnSystem(({ apply }) => apply(program))
    expect(result.failed.get('locale:/etc/default/locale')?.message).toMatch(
      /^the C library has no locale xx_XX/,
    )
  })
})

describe('a locale', () => {
  it.each(['', 'pt', 'pt_PT', 'pt_PT.ISO-8859-1', '$(id)', 'a\nb', '-a'])('cannot be %j', (lang) => {
    expect(() => locale({ lang })).toThrow()
  })
})
