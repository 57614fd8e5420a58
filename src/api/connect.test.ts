import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialsOf } from './connect.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { homeFolder } from '../support/home-folder.ts'
import { openSecrets } from '../secrets/store.ts'
import { openCluster, type OpenedCluster, type OpenFailure } from './open.ts'
import { sudoPasswords } from './secrets/sudo-passwords.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-connect-'))
  await writeFile(
    join(folder, 'cluster.yaml'),
    'cluster: office\ndomain: home.arpa\nnodes:\n  ada: { address: 192.0.2.1 }\n  grace: { address: 192.0.2.2, via: ada, port: 2222 }\n',
  )
})
afterAll(() => rm(folder, { recursive: true }))

async function opened(lab: boolean): Promise<OpenedCluster> {
  const result = await openCluster({ folder, lab })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  return result.cluster
}

describe('the way to the nodes', () => {
  it('is what the cluster file says, through another node where it says so', async () => {
    expect(dialsOf(await opened(false))).toMatchObject([
      { node: 'ada', host: '192.0.2.1', port: 22, user: 'pi', sudo: 'nopasswd' },
      { node: 'grace', host: '192.0.2.2', port: 2222, via: 'ada' },
    ])
  })

  it('has keys and passwords of nodes where they say so, and of all others in access', async () => {
    const text = [
      'cluster: office',
      'domain: home.arpa',
      'access: { identity_file: keys/all, sudo_password: { from: { secret: sudo/all } } }',
      'nodes:',
      '  ada: { address: 192.0.2.1 }',
      '  grace: { address: 192.0.2.2, identity_file: /keys/grace, sudo_password: { from: { secret: sudo/grace } } }',
      '  mary: { address: 192.0.2.3, sudo: nopasswd, identity_file: ~/.ssh/mary }',
      '  root: { address: 192.0.2.4, user: root }',
      '',
    ].join('\n')
    const file = join(folder, 'keys.yaml')
    await writeFile(file, text)
    const before = await openCluster({ folder, file, lab: false })
    expect(before).toMatchObject({
      diagnostics: [{ code: 'SECRET_NOT_THERE' }, { code: 'SECRET_NOT_THERE' }],
    })
    const identityFile = join(folder, '../', `${basename(folder)}.identity`)
    const secrets = await openSecrets({
      folder: join(folder, 'secrets'),
      cluster: 'office',
      mode: 'create',
      identityFile,
    })
    secrets.import('sudo/all', 'text', 'of all nodes')
    secrets.import('sudo/grace', 'text', 'of grace alone')
    await secrets.save()
    const result = await openCluster({ folder, file, lab: false, identityFile })
    if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
    const ways = dialsOf(result.cluster).map(({ identityFile: key, sudo }) => [key, sudo])
    expect(ways).toEqual([
      [join(folder, 'keys/all'), 'password'],
      ['/keys/grace', 'password'],
      [join(homeFolder(), '.ssh/mary'), 'nopasswd'],
      [join(folder, 'keys/all'), 'none'],
    ])
    const passwordOf = sudoPasswords(result.cluster)
    expect(await passwordOf('ada')).toBe('of all nodes')
    expect(await passwordOf('grace')).toBe('of grace alone')
    await rm(identityFile)
  })

  it('asks once for what is not among the secrets, and takes no password in the open', async () => {
    const cluster = await opened(false)
    let asked = 0
    const passwordOf = sudoPasswords(cluster, () => Promise.resolve(`typed ${++asked}`))
    expect([await passwordOf('ada'), await passwordOf('grace')]).toEqual(['typed 1', 'typed 1'])
    const file = join(folder, 'open.yaml')
    for (const password of ['raspberry', '{ from: { env: HOME } }']) {
      const access = `cluster: a\ndomain: home.arpa\nnodes: { a: }\naccess: { sudo_password: ${password} }\n`
      await writeFile(file, access)
      const { diagnostics } = (await openCluster({ folder, file, lab: false })) as OpenFailure
      expect(diagnostics).toMatchObject([{ code: 'BAD_VALUE', where: { line: 4 } }])
      expect(diagnostics[0]?.summary).not.toContain('raspberry')
    }
  })

  it('never leads to a board when the lab is not up (LAB_NOT_UP)', async () => {
    const cluster = await opened(true)
    expect(() => dialsOf(cluster)).toThrow(DiagnosticsError)
    expect(() => dialsOf(cluster)).toThrow(/LAB_NOT_UP/)
  })
})
