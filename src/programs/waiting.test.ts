import { describe, expect, it } from 'vitest'
import { resourceId } from '../compile/compile.ts'
import { file } from '../resources/file/file.ts'
import { service } from '../resources/service/service.ts'
import { offeredContent } from '../wishes/offer.ts'
import { compileResources } from './programs.ts'
import { splitWaiting } from './waiting.ts'

const value = 'a value of the engine'
const page = (offered: string | undefined) => [
  file({ path: '/etc/plain', content: 'plain\n' }),
  file({
    path: '/etc/key',
    content: offeredContent('vault/key', offered, (key) => `key=${key}\n`),
    mode: '600',
  }),
  service({ name: 'reader', restartOn: ['file:/etc/key', 'file:/etc/plain'] }),
  file({ path: '/etc/after', content: 'x\n', needs: ['service:reader.service'] }),
  file({ path: '/etc/beside', content: 'x\n', needs: ['file:/etc/plain'] }),
]

describe('what is made of an offer that is not there', () => {
  it('is left out, with all that needs it, and nothing else', () => {
    const { ready, waiting } = splitWaiting(page(undefined))
    expect(waiting).toEqual(['file:/etc/key', 'service:reader.service', 'file:/etc/after'])
    expect(ready.map(({ name }) => name)).toEqual(['/etc/plain', '/etc/beside'])
  })

  it('is wanted all the same, so that nothing of it that the node has already is taken away', () => {
    const { ready, waiting } = splitWaiting(page(undefined))
    const program = compileResources('ant', ready, { waiting })
    const wanted = /wanted\(\) \{\nwant (.*)\n/.exec(program.text)?.[1]?.split(' ') ?? []
    expect(wanted).toEqual(expect.arrayContaining(waiting.map(resourceId)))
    expect(program.waiting).toEqual(waiting)
    expect(program.text).not.toContain('/etc/key')
  })

  it('is whole once it is there; its value is in no text, and in a file for its owner alone', () => {
    const { ready, waiting } = splitWaiting(page(value))
    expect(waiting).toEqual([])
    const program = compileResources('ant', ready, { waiting })
    expect(program.text).not.toContain(value)
    const item = program.resources.get(resourceId('file:/etc/key'))
    expect(item?.resource.row).toContain('secret')
    expect(item?.resource.contents).toMatchObject([{ sensitive: true }])
  })
})
