import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, type CommandOptions } from '../../../test/cli/command-run.ts'

/** Secrets of a cluster of its own, with an identity of its own. */
function office() {
  const folder = officeFolder()
  const environment = { BRAMBLE_IDENTITY_FILE: join(folder, 'outside.txt'), HOME: folder }
  return (words: readonly string[], options: CommandOptions = {}) =>
    bramble(['secrets', ...words], { folder, environment, ...options })
}

describe('secrets', () => {
  it('are imported from standard input, listed without their values, and shown when asked for', async () => {
    const secrets = office()
    expect((await secrets(['list'])).out).toMatch(/^There are no secrets yet/)
    const imported = await secrets(['import', 'wifi/password'], { piped: 'correct horse battery\n' })
    expect([imported.code, imported.err]).toEqual([0, ''])
    const { out } = await secrets(['list'])
    expect(out).toMatch(/^NAME +KIND +MADE\nwifi\/password +text +\d{4}-\d\d-\d\d +nothing uses it\n$/)
    expect(out).not.toContain('horse')
    expect((await secrets(['show', 'wifi/password'])).out).toBe('correct horse battery\n')
  })

  it('are brought for a cluster file that refers to them and cannot be used before', async () => {
    const folder = officeFolder()
    const environment = { BRAMBLE_IDENTITY_FILE: join(folder, 'outside.txt'), HOME: folder }
    const file = join(folder, 'cluster.yaml')
    const use = '{ on: all, path: /etc/wifi, content: { from: { secret: wifi/password } } }'
    writeFileSync(file, `${readFileSync(file, 'utf8')}roles: { files: ${use} }\n`)
    const check = () => bramble(['check'], { folder, environment })
    expect((await check()).err).toContain('bramble secrets import wifi/password')
    const words = ['secrets', 'import', 'wifi/password']
    expect(await bramble(words, { folder, environment, piped: 'correct horse' })).toMatchObject({
      code: 0,
      err: '',
    })
    expect((await check()).code).toBe(0)
    const { out } = await bramble(['secrets', 'list'], { folder, environment })
    expect(out).not.toContain('nothing uses it')
  })

  it('are asked for at a terminal without being shown', async () => {
    const secrets = office()
    const { code, out, err } = await secrets(['import', 'wifi/password'], { typed: 'correct horse\r' })
    expect(code).toBe(0)
    expect(err).toContain('Value of wifi/password (not shown): ')
    expect(out + err).not.toContain('horse')
    expect((await secrets(['show', 'wifi/password'])).out).toBe('correct horse\n')
  })

  it('are rotated, and what has to follow is said', async () => {
    const secrets = office()
    await secrets(['import', 'wifi/password'], { piped: 'correct horse battery' })
    const { out } = await secrets(['rotate', 'wifi/password'])
    expect(out).toBe('wifi/password has a new value; run bramble apply.\n')
    expect((await secrets(['show', 'wifi/password'])).out).not.toContain('horse')
  })

  it('are shown in parts', async () => {
    const secrets = office()
    const token = '0d7f6a5e-3f2b-4c1d-9e8f-7a6b5c4d3e2f'
    await secrets(['import', 'consul/token', '--kind', 'token'], { piped: token })
    expect((await secrets(['show', 'consul/token', '--field', 'secretId'])).out).toBe(`${token}\n`)
    const wrong = await secrets(['show', 'consul/token', '--field', 'password'])
    expect([wrong.code, wrong.err]).toEqual([
      64,
      'error: consul/token has accessorId, secretId, not password.\n',
    ])
  })

  it('are not replaced without saying so', async () => {
    const secrets = office()
    await secrets(['import', 'wifi/password'], { piped: 'correct horse battery' })
    const again = await secrets(['import', 'wifi/password'], { piped: 'another value' })
    expect(again.code).toBe(1)
    expect(again.err).toContain('error SECRET_EXISTS')
    expect((await secrets(['import', '--replace', 'wifi/password'], { piped: 'another value' })).code).toBe(0)
  })

  it('are told apart by whether anything uses them', async () => {
    const secrets = office()
    await secrets(['import', 'wifi/password'], { piped: 'correct horse battery' })
    expect((await secrets(['list'])).out).toMatch(/wifi\/password +text .*nothing uses it/)
    const { out } = await secrets(['list', '--json'])
    expect(JSON.parse(out)).toMatchObject([{ name: 'wifi/password', imported: true, unused: true }])
  })

  it('are not made anew when nothing is lost', async () => {
    expect((await office()(['recreate', '--yes'])).out).toBe(
      'Nothing is lost; there is nothing to make anew.\n',
    )
  })

  it('are removed', async () => {
    const secrets = office()
    await secrets(['import', 'wifi/password'], { piped: 'correct horse battery' })
    expect((await secrets(['remove', 'wifi/password'])).out).toBe('wifi/password is removed.\n')
    expect((await secrets(['show', 'wifi/password'])).err).toContain('error SECRET_MISSING')
  })

  it('leave nothing behind when a value is refused', async () => {
    const folder = officeFolder()
    const environment = { BRAMBLE_IDENTITY_FILE: join(folder, 'outside.txt') }
    const words = ['secrets', 'import', 'consul/token', '--kind', 'token']
    const { code, err } = await bramble(words, { folder, environment, piped: 'no uuid at all' })
    expect(code).toBe(1)
    expect(err).not.toContain('no uuid at all')
    expect(existsSync(join(folder, 'secrets/consul/token.age'))).toBe(false)
  })
})
