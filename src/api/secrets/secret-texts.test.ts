import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSecrets } from '../../secrets/store.ts'
import { nodeResources } from '../../programs/programs.ts'
import { openCluster } from '../open.ts'
import { prepare } from '../run/prepare.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-secret-texts-'))
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'home'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const PASSWORD = 'open "sesame" now'

const CLUSTER = `cluster: office
domain: home.arpa
nodes: { ant: { address: 192.0.2.1, model: pi4, memory: 4GiB, options: { base: { timezone: { from: { env: ZONE } } } } } }
roles:
  base: { on: all, timezone: UTC }
  files:
    - { on: ant, path: /etc/app.conf, content: { from: { secret: app/password } } }
    - { on: ant, path: /etc/plain.conf, content: "open sesame" }
`

async function withSecret(kind: 'text' | 'token', value: never): Promise<void> {
  const store = await openSecrets({ folder: join(folder, 'secrets'), cluster: 'office', mode: 'create' })
  store.import('app/password', kind, value)
  await store.save()
}

async function opened(text = CLUSTER) {
  vi.stubEnv('ZONE', 'Europe/Lisbon')
  writeFileSync(join(folder, 'cluster.yaml'), text)
  return openCluster({ folder, lab: false })
}

async function prepared(mode: 'look' | 'read') {
  const result = await opened()
  if (!('cluster' in result)) throw new Error(result.diagnostics.map(({ summary }) => summary).join('; '))
  return prepare(result.cluster, {}, mode, () => Promise.resolve(new Map()), 'here')
}

describe('a secret that the cluster file refers to', () => {
  it('is the content of a secret file, for its owner alone, and of no other', async () => {
    await withSecret('text', PASSWORD as never)
    const { resolved, provisions, program } = await prepared('read')
    const files = nodeResources(resolved, 'ant', provisions).filter(({ kind }) => kind === 'file')
    const contents = files.map(({ name, row, contents: [content] }) => ({
      name,
      mode: row[2],
      shows: row[5],
      text: content && !('path' in content.bytes) ? Buffer.from(content.bytes).toString() : '',
    }))
    expect(contents).toContainEqual({ name: '/etc/app.conf', mode: '600', shows: 'secret', text: PASSWORD })
    expect(contents).toContainEqual({
      name: '/etc/plain.conf',
      mode: '644',
      shows: 'plain',
      text: 'open sesame',
    })
    expect(program('ant').text).not.toContain('sesame" now')
  })

  it('is in nothing that an opened cluster holds', async () => {
    await withSecret('text', PASSWORD as never)
    expect(JSON.stringify(await opened())).not.toContain('sesame\\" now')
  })

  it('keeps nobody from looking when it was lost, and from everything else until it is brought', async () => {
    const missing = await opened()
    expect(missing).toMatchObject({ diagnostics: [{ code: 'SECRET_NOT_THERE', where: { line: 7 } }] })
    writeFileSync(join(folder, 'cluster.lock'), 'version: 1\nsecrets: { app/password: kept }\n')
    const { problems } = await prepared('look')
    expect(problems.map(({ code }) => code)).toEqual(['SECRETS_LOST'])
    await expect(prepared('read')).rejects.toThrow()
  })

  it('is a text, not a thing of several parts (SECRET_NOT_TEXT)', async () => {
    const token = {
      accessorId: '9c2f4a36-54fb-4d2e-9a3f-0d3a3c1f1a11',
      secretId: '0a9d8bd4-76b5-4a8f-8d9e-ff3d5c6b7a22',
    }
    await withSecret('token', token as never)
    await expect(prepared('read')).rejects.toMatchObject({ diagnostics: [{ code: 'SECRET_NOT_TEXT' }] })
  })
})
