import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from './read.ts'

const TEXT = `cluster: office
domain: office.example.net
nodes: { hammond: { model: pi4 }, oneil: }
roles: { bell: { on: [hammond], tone: low } }
`

const roles = {
  bell: {
    options: z.strictObject({
      tone: z.enum(['low', 'high']).optional(),
      version: z.string().optional(),
      names: z.array(z.string()).optional(),
    }),
  },
}

const read = (...set: string[]) => readClusterFile({ path: 'cluster.yaml', text: TEXT }, { roles, set })

const wrong = (...set: string[]) =>
  read(...set).diagnostics.map(({ code, where, fix }) => ({
    code,
    where: where && 'key' in where ? where.key : where && 'line' in where ? where.line : undefined,
    fix,
  }))

describe('a setting', () => {
  it('takes the place of what the file says; the last one counts', () => {
    const { file } = read('roles.bell.tone=high', 'cluster=first', 'cluster=last')
    expect([file?.roles['bell']?.[0]?.options['tone'], file?.cluster]).toEqual(['high', 'last'])
  })

  it('makes the maps that are missing on its way', () => {
    expect(read('releases.mirror=/srv/releases').file?.releases).toEqual({ mirror: '/srv/releases' })
    expect(read('nodes.oneil.model=pi3').file?.nodes['oneil']?.model).toBe('pi3')
  })

  it('takes a key out when it has no value', () => {
    expect(read('roles.bell.tone=').file?.roles['bell']?.[0]?.options).toEqual({})
    expect(wrong('roles.bell.on=')).toMatchObject([{ code: 'MISSING_KEY' }])
    expect(read('releases.mirror=').file).toBeDefined()
  })

  it('has a value as the file would have it', () => {
    const set = ['roles.bell.version=1.10', 'roles.bell.names=[a, "b=c"]']
    expect(read(...set).file?.roles['bell']?.[0]?.options).toMatchObject({
      version: '1.10',
      names: ['a', 'b=c'],
    })
  })

  it('is the place of its mistakes, with the name that was meant', () => {
    expect(wrong('roles.bell.tune=low')).toEqual([
      { code: 'UNKNOWN_KEY', where: 'roles.bell.tune=low', fix: 'did you mean tone?' },
    ])
    expect(wrong('rols.bell.tone=low')).toMatchObject([
      { code: 'UNKNOWN_KEY', where: 'rols.bell.tone=low', fix: 'did you mean roles?' },
    ])
    expect(wrong('roles.bell.tone=hihg')).toMatchObject([
      { code: 'WRONG_CHOICE', where: 'roles.bell.tone=hihg', fix: 'did you mean high?' },
    ])
  })

  it('leaves the places of everything else as they are', () => {
    expect(wrong('roles.bell.tone=high', 'nodes.oneil.model=pi9', 'roles.bell.on=[hamond]')).toMatchObject([
      { code: 'WRONG_CHOICE', where: 'nodes.oneil.model=pi9' },
      { code: 'UNKNOWN_NAME', where: 'roles.bell.on=[hamond]', fix: 'did you mean hammond?' },
    ])
    expect(read('cluster=x').positions.of(['roles', 'bell', 'tone'])).toMatchObject({ line: 4 })
  })

  it('goes into a list by number, such as the uses of a role', () => {
    const chime = 'chime: [{ on: [hammond], tone: low }, { on: [oneil], tone: low }]'
    const text = TEXT.replace('tone: low }', `tone: low }, ${chime}`)
    const several = { ...roles, chime: { ...roles.bell, uses: 'several' as const } }
    const withSet = (...set: string[]) =>
      readClusterFile({ path: 'cluster.yaml', text }, { roles: several, set })
    const { file, positions } = withSet(
      'roles.chime.1.tone=high',
      'roles.bell.names=[a, b]',
      'roles.bell.names.1=c',
    )
    expect(file?.roles['chime']?.map(({ options }) => options['tone'])).toEqual(['low', 'high'])
    expect(file?.roles['bell']?.[0]?.options['names']).toEqual(['a', 'c'])
    expect(positions.of(['roles', 'chime', 1, 'tone'])).toMatchObject({ key: 'roles.chime.1.tone=high' })
    expect(positions.of(['roles', 'chime', 0, 'tone'])).toMatchObject({ line: 4 })
    const told = withSet('roles.chime.2.tone=high', 'roles.chime.0=')
    expect(told.diagnostics.map(({ summary }) => summary).sort()).toEqual([
      expect.stringContaining('takes an item out of roles.chime: write the whole list'),
      expect.stringContaining('goes to roles.chime[2], and the first item is 0 of 2'),
    ])
    expect(withSet('roles.chime.1.tone=hihg').diagnostics).toMatchObject([
      { code: 'WRONG_CHOICE', where: { key: 'roles.chime.1.tone=hihg' }, fix: 'did you mean high?' },
    ])
  })

  it.each(['cluster', '=x', 'a..b=x', 'roles.bell.on.first=x', 'cluster={a', '__proto__.x=1'])(
    '%s is refused, and nothing is done (SET_UNUSABLE)',
    (text) => {
      expect(wrong(text)).toMatchObject([{ code: 'SET_UNUSABLE', where: text }])
      expect(read(text).file).toBeUndefined()
    },
  )
})
