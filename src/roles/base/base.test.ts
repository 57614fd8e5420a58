/** The role `base` keeps the contract of roles, and says what it is meant to say. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  releaseFixture,
  fileFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { temporaryFolder } from '../../../test/contract/temporary.ts'
import type { ClusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { run } from '../../support/run.ts'
import type { Role } from '../role.ts'
import base from './base.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILV5MoHhCy1DW7/21X6+3DxncJgcdsVSh2SyAvwhVrnd ada@laptop'

const everything = {
  hostname: 'fqdn',
  timezone: 'Europe/Lisbon',
  locale: 'pt_PT.UTF-8',
  packages: ['git', 'sudo'],
  groups: { media: { gid: 2000 }, plain: null },
  users: {
    ada: { authorized_keys: [KEY], sudo: true, groups: ['media'], uid: 2001, comment: 'Ada' },
    bob: null,
  },
  time: { servers: ['192.0.2.200', 'ntp.example.net'], wait_seconds: 30 },
  ssh: { settings: { MaxAuthTries: '3', LoginGraceTime: '10' } },
  journal: { storage: 'persistent', max_use: '200M' },
  sysctls: { 'net.ipv4.ip_forward': 1, 'vm.swappiness': '10' },
  modules: ['br_netfilter'],
  boot: { cmdline: ['cgroup_enable=memory', 'cgroup_enable=cpuset'] },
}

describeRole({
  role: base as unknown as Role<never>,
  samples: {
    'every option': everything,
    'everything switched off': { hosts: false, time: { sync: false }, ssh: { harden: false } },
  },
  cluster: { access: { user: 'pi', authorizedKeys: [KEY] } },
})

function resourcesOf(options: object, given: Partial<ClusterFixture> = {}): readonly Resource[] {
  const parsed = base.options.parse(options)
  const cluster = clusterFixture({
    nodes: [
      { name: 'hammond', roles: ['base'] },
      { name: 'oneil', roles: ['base'] },
    ],
    ...given,
    options: { base: parsed },
  })
  const node = cluster.find('base')[0]
  if (!node) throw new Error('the fixture has no node')
  return base.resources({
    options: parsed,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
}

/** Text of a file that the role makes; undefined when it does not. */
function textOf(resources: readonly Resource[], address: string): string | undefined {
  const bytes = resources.find((resource) => addressOf(resource) === address)?.contents[0]?.bytes
  return bytes === undefined || 'path' in bytes ? undefined : Buffer.from(bytes).toString()
}

const SSHD = 'sshd-config:/etc/ssh/sshd_config.d/10-bramble.conf'

describe('the SSH server', () => {
  it('takes keys only, and nobody logs in as root', async () => {
    const text = textOf(resourcesOf({}), SSHD) ?? ''
    // What sshd itself makes of it, host keys aside.
    const folder = temporaryFolder('sshd')
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/key`])
    await writeFile(`${folder}/config`, text)
    // As root sshd wants its empty folder, which its unit makes where it has been started once (sshd(8)).
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
    const said = await run('/usr/sbin/sshd', ['-T', '-h', `${folder}/key`, '-f', `${folder}/config`])
    await rm(folder, { recursive: true })
    expect(said.stderr).toBe('')
    expect(said.stdout.toString().split('\n')).toEqual(
      expect.arrayContaining([
        'passwordauthentication no',
        'kbdinteractiveauthentication no',
        'permitrootlogin no',
        'allowtcpforwarding local',
      ]),
    )
  })

  it('means the own user of a node wherever that node is meant', () => {
    const cluster = clusterFixture({
      nodes: [{ roles: ['base'] }, { roles: ['base'], user: 'jan' }, { roles: ['base'], user: 'root' }],
      options: { base: base.options.parse({}) },
      access: { user: 'pi', authorizedKeys: [KEY] },
    })
    const users = cluster.nodes.map((node) => {
      const options = base.options.parse({})
      const resources = base.resources({
        options,
        node,
        cluster,
        secrets: secretsFixture(),
        release: releaseFixture,
        file: fileFixture,
      })
      const rootLogin = resources
        .flatMap(({ contents }) => contents)
        .flatMap(
          ({ bytes }) => /PermitRootLogin (.*)/.exec(Buffer.from(bytes as Uint8Array).toString())?.[1] ?? [],
        )
      return [resources.find(({ kind }) => kind === 'authorized-key')?.row[1], ...rootLogin]
    })
    expect(users).toEqual([
      ['pi', 'no'],
      ['jan', 'no'],
      ['root', 'prohibit-password'],
    ])
  })

  it('lets root in with a key when that is how Bramble logs in', () => {
    const resources = resourcesOf({}, { access: { user: 'root' } })
    expect(textOf(resources, SSHD)).toContain('PermitRootLogin prohibit-password\n')
  })

  it('has each setting once, and the user’s own wins', () => {
    const text = textOf(resourcesOf({ ssh: { settings: { logingracetime: '5' } } }), SSHD) ?? ''
    expect(text.match(/logingracetime.*/gi)).toEqual(['logingracetime 5'])
  })

  it('is changed on trial, because it is the way in', () => {
    const risky = resourcesOf({}).filter(({ trial }) => trial)
    expect(risky.map(addressOf)).toEqual([SSHD, 'service:ssh.service'])
  })

  it('is left alone when nothing is to be said', () => {
    const resources = resourcesOf({ ssh: { harden: false } })
    expect(resources.map(addressOf).filter((address) => address.includes('ssh'))).toEqual([])
  })
})

describe('rights', () => {
  it('are given to those who are to have them, in a file that visudo reads', async () => {
    const resources = resourcesOf({ users: { ada: { sudo: true }, bob: {} } })
    expect(textOf(resources, 'file:/etc/sudoers.d/50-bramble')).toBe('ada ALL=(ALL:ALL) NOPASSWD: ALL\n')
    expect(resources.map(addressOf)).toContain('package:sudo')
  })
})

describe('keys', () => {
  it('of the cluster file let the login user in, each once', () => {
    const given = { access: { user: 'ada', authorizedKeys: [KEY, KEY] } }
    const resources = resourcesOf({ users: { ada: { authorized_keys: [KEY] } } }, given)
    expect(resources.filter(({ kind }) => kind === 'authorized-key')).toHaveLength(1)
  })

  it('that are no keys are refused with what to write', () => {
    const result = base.options.safeParse({ users: { ada: { authorized_keys: ['~/.ssh/id_ed25519.pub'] } } })
    expect(result.error?.issues[0]).toMatchObject({ message: 'is no public key' })
  })
})

describe('packages', () => {
  it('can be said to be absent, also one that something else would need', () => {
    const given = { time: { sync: false }, packages: ['chrony', { name: 'systemd-timesyncd', absent: true }] }
    const made = resourcesOf(given).filter(({ kind }) => kind === 'package')
    expect(made.map(({ name, row }) => [name, row[0]])).toEqual(
      expect.arrayContaining([
        ['chrony', 'present'],
        ['systemd-timesyncd', 'absent'],
      ]),
    )
  })

  it('that keep the time cannot be absent while they are to keep it', () => {
    const result = base.options.safeParse({ packages: [{ name: 'systemd-timesyncd', absent: true }] })
    expect(result.error?.issues[0]?.message).toContain('time: { sync: false }')
  })
})

describe('the keepers of the clock', () => {
  it('are one: the others are stopped', () => {
    const stopped = resourcesOf({}).filter(({ kind, row }) => kind === 'service' && row[1] === 'stopped')
    expect(stopped.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['chrony.service', 'ntpsec.service']),
    )
    expect(resourcesOf({ time: { sync: false } }).map(addressOf)).not.toContain('service:chrony.service')
  })
})

describe('cloud-init', () => {
  it('keeps its hands off names where it is', () => {
    const path = 'file:/etc/cloud/cloud.cfg.d/zz-bramble.cfg'
    expect(textOf(resourcesOf({}), path)).toBeUndefined()
    const nodes = [{ name: 'hammond', roles: ['base'], facts: { cloud_init: 'yes' } }]
    expect(textOf(resourcesOf({}, { nodes }), path)).toBe(
      'preserve_hostname: true\nmanage_etc_hosts: false\n',
    )
    expect(textOf(resourcesOf({ hosts: false }, { nodes }), path)).toBe('preserve_hostname: true\n')
  })
})

describe('the names of the nodes', () => {
  it('are in /etc/hosts with the full name first', () => {
    expect(textOf(resourcesOf({}), 'hosts:/etc/hosts')).toBe(
      '# bramble begin\n' +
        '192.0.2.1 hammond.office.example.net hammond\n' +
        '192.0.2.2 oneil.office.example.net oneil\n' +
        '# bramble end\n',
    )
  })

  it('leave out nodes of which only a name is known', () => {
    const nodes = [{ name: 'hammond', address: 'hammond.local', roles: ['base'] }]
    expect(textOf(resourcesOf({}, { nodes }), 'hosts:/etc/hosts')).toBe('# bramble begin\n# bramble end\n')
  })
})

describe('the clock', () => {
  it('is right before anything that waits for time-sync.target starts', () => {
    const addresses = resourcesOf({}).map(addressOf)
    expect(addresses).toContain('service:systemd-timesyncd.service')
    expect(addresses).toContain('service:systemd-time-wait-sync.service')
    expect(
      textOf(resourcesOf({}), 'file:/etc/systemd/system/systemd-time-wait-sync.service.d/90-bramble.conf'),
    ).toBe('[Service]\nTimeoutStartSec=60\n')
  })

  const states = (resources: readonly Resource[]) =>
    resources
      .filter(({ kind, name }) => kind === 'service' && name.startsWith('systemd-time'))
      .map(({ row }) => row[1])

  it('is waited for by a boot and by no apply: where there is no time server it would never end well', () => {
    expect(states(resourcesOf({}))).toEqual(['running', 'leave'])
  })

  it('of a node of the lab is that of its computer: nothing is started', () => {
    expect(states(resourcesOf({}, { lab: true }))).toEqual(['leave', 'leave'])
  })
})

describe('the boot command line', () => {
  const cmdline = ['cgroup_enable=memory']

  it('ends in a reboot that is due until the kernel runs with it', () => {
    const resources = resourcesOf({ boot: { cmdline } })
    const due = resources.find(({ kind }) => kind === 'reboot')
    expect(due?.needs).toEqual(['boot-command-line:cgroup_enable=memory'])
    expect(due?.row).toContain('cgroup_enable=memory')
  })

  it('is no matter of a PC', () => {
    const nodes = [{ name: 'hammond', model: 'pc', roles: ['base'] }] as const
    const kinds = resourcesOf({ boot: { cmdline } }, { nodes }).map(({ kind }) => kind)
    expect(kinds).not.toContain('boot-command-line')
    expect(kinds).not.toContain('reboot')
  })
})

describe('cards that were copied', () => {
  const copies = (one: Record<string, string>, two: Record<string, string>) => {
    const cluster = clusterFixture({
      nodes: [
        { name: 'hammond', facts: one, roles: ['base'] },
        { name: 'oneil', facts: two, roles: ['base'] },
      ],
    })
    return (
      base.findings?.({
        options: base.options.parse({}),
        cluster,
        nodes: cluster.nodes,
        file: fileFixture,
      }) ?? []
    ).map(({ node, diagnostic }) => ({
      node,
      code: diagnostic.code,
      severity: diagnostic.severity,
      summary: diagnostic.summary,
    }))
  }

  it('are found by their machine id', () => {
    expect(copies({ machine_id: 'a1' }, { machine_id: 'a1' })).toEqual([
      {
        node: 'oneil',
        code: 'DUPLICATE_MACHINE_ID',
        severity: 'error',
        summary: 'oneil and hammond have the same machine id',
      },
    ])
  })

  it('are found by their SSH host key, whatever its comment', () => {
    const found = copies(
      { ssh_host_key: 'ssh-ed25519 AAAA root@one' },
      { ssh_host_key: 'ssh-ed25519 AAAA root@two' },
    )
    expect(found.map(({ code }) => code)).toEqual(['DUPLICATE_SSH_HOST_KEY'])
  })

  it('are not found where nothing is known or all is different', () => {
    expect(copies({}, {})).toEqual([])
    expect(
      copies({ machine_id: 'a1', ssh_host_key: 'k 1' }, { machine_id: 'a2', ssh_host_key: 'k 2' }),
    ).toEqual([])
  })
})

describe('a cluster of a thousand nodes', () => {
  it('has one block of names for all', async () => {
    const nodes = Array.from({ length: 1000 }, (_, index) => ({
      address: `10.0.${index >> 8}.${index & 255}`,
      roles: ['base'],
    }))
    const options = base.options.parse({})
    const cluster = clusterFixture({ nodes, options: { base: options } })
    const given = { options, cluster, secrets: secretsFixture(), release: releaseFixture, file: fileFixture }
    const blocks = new Set(
      cluster.nodes.map((node) => base.resources({ ...given, node }).find(({ kind }) => kind === 'hosts')),
    )
    expect(blocks.size).toBe(1)
    expect((await programOf([...blocks].flatMap((block) => block ?? []))).contents.size).toBe(1)
  })
})
