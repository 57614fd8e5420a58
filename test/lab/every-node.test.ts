/** What only a live system shows of the role base: real accounts, a real SSH server, real settings, and that all of it goes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labPreflight } from '../../src/lab/lab.ts'
import type { Resource } from '../../src/resources/kind.ts'
import base from '../../src/roles/base/base.ts'
import { clusterFixture, releaseFixture, fileFixture, secretsFixture } from '../contract/cluster-fixture.ts'
import type { ProgramRun } from '../contract/program-run.ts'
import { LiveNode } from './live-node.ts'

const lacking = await labPreflight()
if (lacking.length > 0) console.log(`skipped, a live node cannot be had here:\n  ${lacking.join('\n  ')}`)

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILV5MoHhCy1DW7/21X6+3DxncJgcdsVSh2SyAvwhVrnd ada@laptop'

const OPTIONS = {
  timezone: 'Europe/Lisbon',
  locale: 'pt_PT.UTF-8',
  groups: { media: { gid: 2000 } },
  users: { ada: { authorized_keys: [KEY], sudo: true, groups: ['media'], uid: 2001, comment: 'Ada' } },
  time: { servers: ['192.0.2.200'] },
  journal: { storage: 'volatile', max_use: '32M' },
  sysctls: { 'net.ipv4.ip_default_ttl': 77, 'vm.swappiness': 10 },
  modules: ['br_netfilter'],
  boot: { cmdline: 'cgroup_enable=memory' },
}

/** The role's resources for the node `hammond` of a lab with a neighbour. */
function resourcesOf(written: object): readonly Resource[] {
  const options = base.options.parse(written)
  const nodes = ['hammond', 'oneil'].map((name) => ({ name, roles: ['base'] }))
  const cluster = clusterFixture({
    nodes,
    lab: true,
    access: { user: 'pi', authorizedKeys: [KEY] },
    options: { base: options },
  })
  const [node] = cluster.nodes
  if (!node) throw new Error('the fixture has no node')
  return base.resources({
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
}

/** Confirms changes on trial as soon as there are some, as a new connection of the controller does. */
const CONFIRMING = [
  'sh',
  '-c',
  'sh -c "while :; do if [ -e /run/bramble/trial ]; then : >/run/bramble/confirmed; fi; sleep 0.2; done" & ' +
    'trap "kill $!" EXIT; "$@"',
  'sh',
]

let node: LiveNode
const apply = (resources: readonly Resource[], also: readonly string[] = []): Promise<ProgramRun> =>
  node.run('converge', resources, also, CONFIRMING)

/** Everything below /etc with type, mode, owner and content, without what changes by itself or is a copy of before. */
async function etc(): Promise<string> {
  const script =
    'cd /etc && find . \\( -name "*-" -o -name .pwd.lock -o -name locale.gen \\) -prune -o -type f -printf "%p %m %u %g " ' +
    '-exec sha256sum {} \\; -o -printf "%p %y %m %u %g %l\\n" | sort'
  return node.output('sh', '-c', script)
}

describe.skipIf(lacking.length > 0)('the role base on a live node', () => {
  const everything = resourcesOf(OPTIONS)
  const kinds = [...new Set(everything.map(({ kind }) => kind))]
  let before = ''
  beforeAll(async () => {
    node = await LiveNode.up()
    before = await etc()
    const first = await apply(everything)
    expect(first).toMatchObject({ code: 0, stderr: '', failed: new Map(), skipped: new Map() })
  })
  afterAll(async () => {
    await node.down()
  })

  it('has nothing left to do after an apply', async () => {
    const again = await node.run('check', everything)
    expect(again.lines.filter(({ type }) => type === 'differs')).toEqual([])
  })

  it('looks at everything with a few processes', async () => {
    expect(await node.processes(everything)).toBeLessThanOrEqual(25)
  })

  it('has its name, and knows that of its neighbour', async () => {
    expect(await node.output('hostname')).toBe('hammond')
    expect(await node.output('getent', 'hosts', 'oneil')).toMatch(
      /^192\.0\.2\.2 +oneil\.office\.example\.net oneil$/,
    )
    expect(await node.output('getent', 'ahostsv4', 'hammond')).toMatch(/^192\.0\.2\.1 /)
  })

  it('has the time zone and the locale', async () => {
    expect(await node.output('timedatectl', 'show', '--property=Timezone')).toBe('Timezone=Europe/Lisbon')
    expect(await node.output('date', '-d', '2026-07-01T12:00:00Z', '+%H:%M %Z')).toBe('13:00 WEST')
    expect(await node.output('env', 'LC_ALL=pt_PT.UTF-8', 'locale', 'charmap')).toBe('UTF-8')
    expect(await node.output('su', '-l', 'ada', '-c', 'echo $LANG')).toBe('pt_PT.UTF-8')
  })

  it('has its users with equal ids, their groups, keys and rights', async () => {
    expect(await node.output('id', 'ada')).toBe('uid=2001(ada) gid=2001(ada) groups=2001(ada),2000(media)')
    expect(await node.output('cat', '/home/ada/.ssh/authorized_keys')).toBe(KEY)
    expect(await node.output('su', '-l', 'ada', '-c', 'sudo -n id -u')).toBe('0')
  })

  it('lets in with keys only, and can still be logged in to', async () => {
    const settings = await node.output('sshd', '-T')
    expect(settings.split('\n')).toEqual(
      expect.arrayContaining(['passwordauthentication no', 'permitrootlogin no', 'x11forwarding no']),
    )
    expect(await node.output('sh', '-c', 'ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null')).toMatch(
      /ssh-ed25519/,
    )
  })

  it('keeps its log in memory, within its bounds', async () => {
    await node.output('journalctl', '--flush')
    expect(await node.output('sh', '-c', 'ls -d /run/log/journal/*')).toMatch(/^\/run\/log\/journal\//)
    expect(
      await node.output('sh', '-c', 'journalctl -b -u systemd-journald -o cat | grep -m1 "max 32"'),
    ).toMatch(/max 32/)
  })

  it('has what the network has of its own set at once, and lists the rest for a kernel of its own', async () => {
    expect(await node.output('cat', '/proc/sys/net/ipv4/ip_default_ttl')).toBe('77')
    expect(await node.output('cat', '/etc/sysctl.d/99-zz-bramble-vm.swappiness.conf')).toBe(
      'vm.swappiness = 10',
    )
    expect(await node.output('cat', '/etc/modules-load.d/bramble-br_netfilter.conf')).toBe('br_netfilter')
  })

  it('sees and mends what somebody has changed by hand', async () => {
    const script =
      'sed -i "s/192.0.2.2/192.0.2.9/" /etc/hosts; hostname other; echo 70 >/proc/sys/net/ipv4/ip_default_ttl; ' +
      'usermod -s /bin/sh ada; chmod 666 /home/ada/.ssh/authorized_keys; ln -sf /usr/share/zoneinfo/UTC /etc/localtime; ' +
      'echo "X11Forwarding yes" >/etc/ssh/sshd_config.d/10-bramble.conf; systemctl disable -q systemd-time-wait-sync'
    await node.output('sh', '-c', script)
    const seen = await node.run('check', everything)
    expect(new Set(seen.differing.map((address) => address.split(' ')[0]))).toEqual(
      new Set([
        'hostname:/etc/hostname',
        'timezone:/etc/localtime',
        'user:ada',
        'authorized-key:ada',
        'sysctl:net.ipv4.ip_default_ttl',
        'sshd-config:/etc/ssh/sshd_config.d/10-bramble.conf',
        'hosts:/etc/hosts',
        'service:systemd-time-wait-sync.service',
        // It may have read what somebody wrote there.
        'service:ssh.service',
      ]),
    )
    const mended = await apply(everything)
    expect(mended.failed).toEqual(new Map())
    expect((await node.run('check', everything)).differing).toEqual([])
  })

  it('undoes a change of the SSH server that no new connection confirms', async () => {
    const other = resourcesOf({ ...OPTIONS, ssh: { settings: { LoginGraceTime: '17' } } })
    const result = await node.run('converge', other)
    expect(result.failed.get('sshd-config:/etc/ssh/sshd_config.d/10-bramble.conf')?.message).toMatch(
      /^undone/,
    )
    expect(await node.output('sshd', '-T')).toContain('logingracetime 30\n')
    // What it has read since is not noted after an undo, so the next apply reloads it to be sure.
    expect((await node.run('check', everything)).differing).toEqual(['service:ssh.service'])
    expect((await apply(everything)).failed).toEqual(new Map())
  })

  it('takes away what it made when it leaves the cluster file, and puts back what was there', async () => {
    const removal = await apply([], kinds)
    expect(removal).toMatchObject({ code: 0, failed: new Map() })
    expect((await etc()).split('\n')).toEqual(before.split('\n'))
    expect((await node.exec('id', 'ada')).code).not.toBe(0)
    expect((await node.exec('test', '-e', '/home/ada')).code).toBe(1)
    expect(await node.output('cat', '/proc/sys/net/ipv4/ip_default_ttl')).toBe('64')
    expect(await node.output('sshd', '-T')).toContain('permitrootlogin without-password\n')
  })
})
