import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder } from '../../../test/cli/command-run.ts'
import { differs, finished, recorded, runFinished, started } from '../../../test/cli/example-run.ts'
import { EMPTY_LOCK, lockText, parseLock } from '../../cluster-lock/cluster-lock.ts'
import type { ClusterApi } from '../cluster-api.ts'

/** An apply that removes a folder everywhere, once it is allowed to; keeps what it was asked for. */
function recordedApply(failing: readonly string[] = []) {
  const asked: { bare: readonly string[]; nodes?: readonly string[] | undefined }[] = []
  const apply: ClusterApi['apply'] = async function* (cluster, options) {
    asked.push({ bare: [...cluster.source.bare], nodes: options?.nodes })
    const names = options?.nodes ?? cluster.nodes.map(({ name }) => name)
    const begun = recorded(
      started('apply', names),
      ...names.map((name) => differs(name, 'directory:/var/lib/consul', 'remove', 'it is no longer wanted')),
    )
    yield* begun
    const outcome = (await options?.confirm?.(begun)) === true ? 'changed' : 'declined'
    yield* recorded(
      ...names.map((name) => finished(name, failing.includes(name) ? 'failed' : outcome, { changed: 1 })),
      runFinished(failing.length > 0 ? 'failed' : outcome, { changed: names.length }, failing),
    )
  }
  const whatIsLeft: ClusterApi['whatIsLeft'] = () =>
    Promise.resolve([{ node: 'hammond', folder: '/var/lib/consul' }])
  return { asked, api: { apply, whatIsLeft } }
}

describe('destroy', () => {
  it('wants the name of the cluster, and nothing else will do', async () => {
    const folder = officeFolder()
    const { asked, api } = recordedApply()
    const wrong = await bramble(['destroy'], { folder, api, typed: 'yes\n' })
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining('Nothing was changed.')])
    const { code, out } = await bramble(['destroy'], { folder, api, typed: 'office\n' })
    expect(code).toBe(0)
    expect(out).toContain('5 to remove')
    expect(out).toContain('hammond /var/lib/consul  (bramble ssh hammond -- sudo rm -r /var/lib/consul)')
    expect(out).toContain('rm -r cluster.lock known_hosts secrets .bramble')
    expect(asked.map(({ bare }) => bare.length)).toEqual([5, 5])
  })

  it('does nothing where nobody agrees, also for a program', async () => {
    const { api } = recordedApply()
    for (const words of [['destroy'], ['destroy', '--json']]) {
      const { code, err } = await bramble(words, { folder: officeFolder(), api })
      expect([code, err]).toEqual([1, expect.stringContaining('CONFIRMATION_MISSING')])
    }
    const { code, out } = await bramble(['destroy', '--json', '--yes'], { folder: officeFolder(), api })
    expect([code, JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')]).toEqual([
      0,
      { type: 'left', folders: [{ node: 'hammond', folder: '/var/lib/consul' }] },
    ])
  })

  it('ends with 1 when a node was not reached, and says what to type then', async () => {
    const { api } = recordedApply(['tealc'])
    const { code, out } = await bramble(['destroy', '--yes'], { folder: officeFolder(), api })
    expect([code, out]).toEqual([1, expect.stringContaining('by the same command: bramble destroy --yes')])
  })

  it('proposes to remove nothing on a node that did not come through: it may be at work', async () => {
    const { api } = recordedApply(['tealc'])
    const looked: string[] = []
    const whatIsLeft: ClusterApi['whatIsLeft'] = (_, events) => {
      looked.push(...events.flatMap((event) => (event.type === 'resource-differs' ? [event.node] : [])))
      return Promise.resolve([])
    }
    await bramble(['destroy', '--yes'], { folder: officeFolder(), api: { ...api, whatIsLeft } })
    expect(looked).toEqual(['hammond', 'oneil', 'carter', 'jackson'])
  })

  it('goes on although roles object to the cluster as the file has it', async () => {
    const folder = officeFolder()
    const file = join(folder, 'cluster.yaml')
    writeFileSync(file, `${readFileSync(file, 'utf8')}roles: { consul-server: { on: [hammond, oneil] } }\n`)
    expect((await bramble(['check'], { folder })).code).toBe(1)
    expect((await bramble(['destroy', '--yes'], { folder, api: recordedApply().api })).code).toBe(0)
  })
})

describe('reset', () => {
  it('is about one node, and leaves the cluster file', async () => {
    const folder = officeFolder()
    const { asked, api } = recordedApply()
    const { code, out } = await bramble(['reset', 'oneil'], { folder, api, typed: 'y\n' })
    expect([code, out]).toEqual([0, expect.stringContaining('bramble apply sets oneil up again')])
    expect(asked).toEqual([{ bare: ['oneil'], nodes: ['oneil'] }])
    const wrong = await bramble(['reset', 'onel', '--yes'], { folder, api })
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('did you mean oneil?')])
  })

  it('reaches a node that has left the cluster file, and forgets it then', async () => {
    const folder = scratchFolder()
    const nodes =
      '  ant: { address: 192.168.42.10 }\n  bee: { address: 192.168.42.11, user: kai, has: [bell] }\n'
    writeFileSync(
      join(folder, 'cluster.yaml'),
      `cluster: office\ndomain: office.example.net\nnodes:\n${nodes}`,
    )
    const lockFile = join(folder, 'cluster.lock')
    writeFileSync(
      lockFile,
      lockText({ ...EMPTY_LOCK, nodes: { bee: { runtime: 'a' }, ant: { runtime: 'a' } } }),
    )
    await bramble(['node', 'remove', 'bee', '--yes', '--no-plan'], { folder })
    expect(parseLock(readFileSync(lockFile, 'utf8')).left).toEqual({
      bee: { address: '192.168.42.11', user: 'kai' },
    })
    const seen: string[] = []
    const { api } = recordedApply()
    const apply: ClusterApi['apply'] = (cluster, options) => {
      seen.push(...cluster.nodes.map(({ name, address }) => `${name} ${address}`))
      return api.apply(cluster, options)
    }
    const { code, out } = await bramble(['reset', 'bee', '--yes'], { folder, api: { ...api, apply } })
    expect([code, out]).toEqual([0, expect.stringContaining('is forgotten now')])
    expect(seen).toEqual(['ant 192.168.42.10', 'bee 192.168.42.11'])
    expect(parseLock(readFileSync(lockFile, 'utf8'))).toMatchObject({ left: {}, nodes: { ant: {} } })
    expect((await bramble(['reset', 'bee', '--yes'], { folder, api })).code).toBe(1)
  })
})

describe('docs/day-two.md', () => {
  const page = readFileSync('docs/day-two.md', 'utf8')

  it('shows commands that do what it says, one after the other', async () => {
    const folder = scratchFolder()
    const [, file = ''] = /```yaml\n([^]*?)```/.exec(page) ?? []
    writeFileSync(join(folder, 'cluster.yaml'), file)
    const known = Object.fromEntries(['ant', 'bee', 'cat', 'dog'].map((name) => [name, { runtime: 'a' }]))
    writeFileSync(join(folder, 'cluster.lock'), lockText({ ...EMPTY_LOCK, nodes: known }))
    const { api } = recordedApply()
    const facts: ClusterApi['facts'] = () => Promise.resolve([{ node: 'ant', facts: {} }])
    const plan: ClusterApi['plan'] = (cluster) => recordedPlan(cluster.nodes.map(({ name }) => name))
    const blocks = [...page.matchAll(/```console\n([^]*?)```/g)].map(([, block]) => block ?? '')
    expect(blocks).toHaveLength(6)
    for (const typed of blocks.flatMap((block) => block.split(/^\$ /m).slice(1))) {
      const [command = '', ...printed] = typed.trimEnd().split('\n')
      if (!command.startsWith('bramble ')) continue
      const { code, out, err } = await bramble(command.split(' ').slice(1), {
        folder,
        api: { ...api, facts, plan },
      })
      expect({ command, code, err: code === 0 ? '' : err }).toEqual({ command, code: 0, err: '' })
      const said = out.split('\n').map((line) => line.replaceAll(/\S*\/(cluster\.yaml)/g, '$1'))
      for (const line of printed)
        expect({ command, said }).toEqual({ command, said: expect.arrayContaining([line]) as unknown })
    }
  })
})

async function* recordedPlan(names: readonly string[]) {
  yield* recorded(started('plan', names), runFinished('unchanged', {}))
}
