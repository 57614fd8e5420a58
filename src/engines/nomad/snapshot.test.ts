/** The right to save snapshots, and the program that uses it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { authorities, nomad, type Answer } from '../../../test/engines/nomad-answers.ts'
import { carryOut } from '../steps/carry-out.ts'
import { NOTHING_OWNED } from '../steps/owned.ts'
import { isStep } from '../steps/step.ts'
import { withApi } from './api.ts'
import { scripts } from './scripts.generated.ts'
import { snapshotShelf } from './snapshot-shelf.ts'

/** Policies and tokens of a region. */
class Access {
  readonly tokens = new Map([['boot', { Name: 'Bootstrap Token', SecretID: 'all' }]])
  rules: string | undefined
  #made = 0

  readonly answer: Answer = (method, path, _, body) => {
    const [, accessor = ''] = /^\/v1\/acl\/token\/(.+)$/.exec(path) ?? []
    if (path === '/v1/acl/policy/bramble-snapshot') {
      if (method === 'PUT') this.rules = (JSON.parse(body) as { Rules: string }).Rules
      if (method === 'DELETE') this.rules = undefined
      return method === 'GET' && this.rules === undefined ? [404, 'not found'] : [200, { Rules: this.rules }]
    }
    if (path === '/v1/acl/tokens')
      return [200, [...this.tokens].map(([AccessorID, { Name }]) => ({ AccessorID, Name }))]
    if (path === '/v1/acl/token') {
      const id = `made-${++this.#made}`
      this.tokens.set(id, { Name: (JSON.parse(body) as { Name: string }).Name, SecretID: `secret-${id}` })
      return [200, { AccessorID: id, SecretID: `secret-${id}` }]
    }
    if (method === 'DELETE') this.tokens.delete(accessor)
    return [200, { AccessorID: accessor, ...this.tokens.get(accessor) }]
  }
}

/** Looks, and does what is to be done; gives what was planned and what was kept. */
async function run(region: Access, isWanted: boolean, kept?: string) {
  const link = await nomad(region.answer)
  const to = { authorityPem: authorities.ours.certificatePem, port: 4646 }
  return withApi(link, 'ant', to, async (api) => {
    const steps = (await snapshotShelf({ isWanted, kept }).steps(api, NOTHING_OWNED)).filter(isStep)
    const keeps: Record<string, string> = {}
    const keep = (values: Readonly<Record<string, string>>): Promise<void> => {
      Object.assign(keeps, values)
      return Promise.resolve()
    }
    for (const step of steps) await carryOut(api, step, {}, { keep })
    return { planned: steps.map(({ difference: { action, address } }) => `${action} ${address}`), keeps }
  })
}

describe('the right to save snapshots', () => {
  it('is a policy and one token that is kept, and then there is nothing to do', async () => {
    const region = new Access()
    const { planned, keeps } = await run(region, true)
    expect(planned).toEqual([
      'create nomad-acl:policy/bramble-snapshot',
      'create nomad-acl:token/bramble-snapshot',
    ])
    expect(keeps).toEqual({ 'nomad/snapshot': 'secret-made-1' })
    expect(region.rules).toContain('capabilities = ["snapshot-save"]')
    expect((await run(region, true, 'secret-made-1')).planned).toEqual([])
  })

  it('is made anew where Nomad does not know the token, and what a run that was cut off has left ends', async () => {
    const region = new Access()
    await run(region, true)
    const { planned, keeps } = await run(region, true, 'of a Nomad that is gone')
    expect(planned).toEqual(['update nomad-acl:token/bramble-snapshot'])
    expect(keeps).toEqual({ 'nomad/snapshot': 'secret-made-2' })
    expect([...region.tokens.keys()]).toEqual(['boot', 'made-2'])
  })

  it('ends when nobody keeps backups any more', async () => {
    const region = new Access()
    await run(region, true)
    expect((await run(region, false)).planned).toEqual(['remove nomad-acl:token/bramble-snapshot'])
    expect([[...region.tokens.keys()], region.rules]).toEqual([['boot'], undefined])
    expect((await run(region, false)).planned).toEqual([])
  })
})

describe('the program that saves and takes back', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  /** Runs it with a program that tells what it was given; gives that, or what it failed with. */
  function told(verb: string, { file = '', input = '' }: { file?: string; input?: string }): string {
    const folder = mkdtempSync(join(tmpdir(), 'bramble-snapshot-'))
    folders.push(folder)
    mkdirSync(join(folder, 'etc'))
    writeFileSync(join(folder, 'etc/snapshot.token'), file)
    writeFileSync(join(folder, 'script'), scripts.snapshot)
    writeFileSync(
      join(folder, 'nomad'),
      '#!/bin/sh\necho "$*|$NOMAD_TOKEN|$NOMAD_ADDR|${NOMAD_CACERT##*/}"\n',
    )
    chmodSync(join(folder, 'nomad'), 0o755)
    const argv = [join(folder, 'script'), join(folder, 'nomad'), join(folder, 'etc'), verb, '/tmp/s']
    try {
      return execFileSync('sh', argv, { input, stdio: ['pipe', 'pipe', 'pipe'] })
        .toString()
        .trim()
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr).trim()
    }
  }

  it('has its token from a file or from whoever restores, and never among its words', () => {
    const where = 'https://localhost:4646|ca.pem'
    expect(told('save', { file: 'mine', input: 'theirs\n' })).toBe(
      `operator snapshot save /tmp/s|mine|${where}`,
    )
    expect(told('restore', { file: 'mine', input: 'theirs\n' })).toBe(
      `operator snapshot restore /tmp/s|theirs|${where}`,
    )
    expect(told('restore', { file: 'mine' })).toContain('there is no token')
  })
})
