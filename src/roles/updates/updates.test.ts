/** The role `updates`, held to the contract of roles, and what is its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Resource } from '../../resources/kind.ts'
import { run } from '../../support/run.ts'
import docker from '../docker/docker.ts'
import type { Role } from '../role.ts'
import { seenIn, waitingIn } from './probe.ts'
import { scripts } from './scripts.generated.ts'
import updates from './updates.ts'

describeRole({
  role: updates as unknown as Role<never>,
  samples: { 'all options': { nightly: false, origins: ['origin=Docker,label=Docker CE'], skip: ['tmux'] } },
})

function made(updating: boolean): readonly Resource[] {
  const cluster = clusterFixture({
    nodes: [{ name: 'ada', roles: ['docker', 'updates'] }],
    options: { docker: docker.options.parse({}), updates: updates.options.parse({}) },
    updating,
  })
  const [node] = cluster.nodes
  if (!node) throw new Error('there is no node')
  return updates.resources({
    options: updates.options.parse({}),
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
}

function textOf(resources: readonly Resource[], path: string): string {
  const bytes = resources.find(({ name }) => name === path)?.contents[0]?.bytes
  return bytes === undefined || 'path' in bytes ? '' : Buffer.from(bytes).toString()
}

describe('updates', () => {
  it('keep the job of the night away from what engines run', () => {
    const text = textOf(made(false), '/etc/apt/apt.conf.d/52bramble-updates')
    expect(text).toContain('"^containerd$";\n')
    expect(text).toContain(String.raw`"^docker\.io$";`)
    expect(text).toContain('Unattended-Upgrade::Automatic-Reboot "false";\n')
    expect(textOf(made(false), '/etc/apt/bramble-engines')).toBe('containerd\ndocker-cli\ndocker.io\nrunc\n')
  })

  it.each([
    [
      false,
      [
        ['-', '600'],
        ['-', '-'],
      ],
    ],
    [
      true,
      [
        ['now', '600'],
        ['required', 'kernel'],
      ],
    ],
  ])('bring packages and start boards anew when the run is one of updates: %s', (updating, rows) => {
    const own = made(updating).filter(({ kind }) => kind === 'system-update' || kind === 'reboot')
    expect(own.map(({ row }) => row)).toEqual(rows)
  })

  it('tell what waits by the rule that brings it', () => {
    expect(waitingIn('tiny 1 2 none Somebody, Else\nrunc 1 1.1 update Debian, Debian\n')).toEqual([
      { name: 'tiny', is: '1', wanted: '2', rule: 'none', origin: 'Somebody, Else' },
      { name: 'runc', is: '1', wanted: '1.1', rule: 'update', origin: 'Debian, Debian' },
    ])
  })

  it('are read from what the node prints, whatever of it is there', () => {
    const turn = 'cow 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d 1000'
    expect(
      seenIn('ant', `now 173800\nlooked 1000\nturn ${turn}\nwaiting tiny 1 2 night Debian, Debian\n`),
    ).toEqual({
      node: 'ant',
      days: 2,
      turn: { node: 'cow', minutes: 2880 },
      waiting: [{ name: 'tiny', is: '1', wanted: '2', rule: 'night', origin: 'Debian, Debian' }],
    })
    expect(seenIn('ant', 'now 173800\n')).toEqual({
      node: 'ant',
      days: undefined,
      turn: undefined,
      waiting: [],
    })
  })

  it('are printed by the program on the node in one run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bramble-report-'))
    try {
      await writeFile(join(folder, 'turn'), 'cow boot 1000\n')
      await writeFile(join(folder, 'report'), scripts.report)
      const { code, stdout } = await run('sh', [join(folder, 'report'), 'state', join(folder, 'turn')])
      expect([code, stdout.toString()]).toEqual([0, expect.stringMatching(/^now \d+\nturn cow boot 1000\n$/)])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
