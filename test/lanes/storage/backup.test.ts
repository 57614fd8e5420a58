/** Backups on real nodes, and a cluster that is thrown away and comes back: `npm run test:storage`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labExec } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { throwAway } from '../../lab/thrown-away.ts'

const NODES = ['ant', 'bee', 'cow']
const TEXT = `cluster: backup
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  base: { on: all, time: { sync: false } }
  consul-server:
    on: all
    source: package
    unmaintained: accepted
    policies: { app: { rules: 'key_prefix "app/" { policy = "write" }' } }
    tokens: { app: { policies: app } }
  backup: { on: all, to: { folder: /srv/backup }, paths: [/srv/data], keep: { last: 3 } }
`

interface Listed {
  readonly node: string
  readonly name: string
  readonly id: string
  readonly files: number
}

describe.skipIf(hasNoLab)('backups', () => {
  const cluster = new ClusterUnderTest('backup', TEXT)
  const begin = async (): Promise<void> => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
  }
  const onAll = (script: string): Promise<string[]> =>
    Promise.all(NODES.map((node) => cluster.output(node, 'sh', '-c', script)))
  const listed = async (node: string, name: string): Promise<readonly Listed[]> => {
    const { text } = await cluster.bramble('--json', 'backup', 'list', '-n', node)
    const { backups } = JSON.parse(text) as { readonly backups: readonly Listed[] }
    return backups.filter((one) => one.name === name)
  }
  const now = (...words: string[]) => cluster.bramble('backup', 'now', '-n', 'ant', ...words)
  /** As the app asks, with its own token: what it may and what it reads. */
  const consul = async (...words: string[]): Promise<string> => {
    const shown = await cluster.bramble('secrets', 'show', 'consul/token/app', '--field', 'secretId')
    await cluster.write('ant', '/run/app.token', shown.text.trim(), '600')
    const script = 'CONSUL_HTTP_TOKEN_FILE=/run/app.token exec consul "$@"'
    return cluster.output('ant', 'sh', '-c', script, 'consul', ...words)
  }

  beforeAll(async () => {
    await begin()
    // A folder in place of a disk: bound to its place, it is a mount of its own.
    await onAll(
      'mkdir -p /srv/disk /srv/data && for i in $(seq 100); do echo "$i of $(hostname)" >/srv/disk/$i; done && mount --bind /srv/disk /srv/data',
    )
  })
  afterAll(() => cluster.remove())

  it('of a folder whose disk is not mounted fail, say so, and drop no good one', async () => {
    for (let run = 0; run < 3; run += 1) expect((await now()).code).toBe(0)
    const good = await listed('ant', '/srv/data')
    expect(good.map(({ files }) => files)).toEqual([100, 100, 100])
    await cluster.output('ant', 'umount', '/srv/data')
    for (let run = 0; run < 4; run += 1) {
      const { code, errors } = await now()
      expect(code).toBe(1)
      expect(errors).toContain('ant: /srv/data: it lay on what was mounted at /srv/data')
    }
    expect(await listed('ant', '/srv/data')).toEqual(good)
    const status = await cluster.bramble('status')
    expect(status.code).toBe(1)
    expect(status.text + status.errors).toContain('the last backup of /srv/data failed')
  })

  it('of far less than before fail until somebody says that it is right', async () => {
    await cluster.output('ant', 'mount', '--bind', '/srv/disk', '/srv/data')
    await cluster.output(
      'ant',
      'sh',
      '-c',
      'mkdir /srv/aside && mv /srv/data/[2-9]* /srv/data/1?* /srv/aside',
    )
    const refused = await now()
    expect(refused.code).toBe(1)
    expect(refused.errors).toContain('ant: /srv/data: 1 file instead of 100')
    const [oldest] = await listed('ant', '/srv/data')
    expect((await now('--accept-smaller')).code).toBe(0)
    expect((await listed('ant', '/srv/data')).map(({ files }) => files)).toEqual([100, 100, 1])
    // One of the two that are left with all hundred.
    const [first] = await listed('ant', '/srv/data')
    expect(first?.id).not.toBe(oldest?.id)
    const words = ['backup', 'restore', '-n', 'ant', '/srv/data', '--id', first?.id ?? '', '--yes']
    const restored = await cluster.bramble(...words)
    expect(restored.code, restored.errors).toBe(0)
    expect(await cluster.output('ant', 'sh', '-c', 'ls /srv/data | wc -l')).toBe('100')
  })

  it('bring a cluster back that was thrown away: files, entries, policies and tokens', async () => {
    await consul('kv', 'put', 'app/color', 'as it was')
    const saved = await cluster.bramble('backup', 'now')
    expect(saved.code, saved.errors).toBe(0)
    const before = await onAll('cd /srv/data && sha256sum * | sort | sha256sum')
    const token = await consul('acl', 'token', 'read', '-self')
    // The disks with the repositories are all that is left of it.
    const disks = await Promise.all(
      NODES.map((node) => cluster.inside(node, 'tar', '-C', '/srv', '-c', 'backup')),
    )
    await throwAway(cluster)

    await begin()
    for (const [index, node] of NODES.entries())
      await labExec(cluster.id, node, ['tar', '-C', '/srv', '-x'], { input: disks[index]?.stdout ?? '' })
    const restored = await cluster.bramble('backup', 'restore', '--yes')
    expect(restored.code, restored.errors).toBe(1)
    expect(restored.errors).toContain('/srv/data: it lay on what was mounted at /srv/data')
    await onAll('mkdir -p /srv/disk /srv/data && mount --bind /srv/disk /srv/data')
    const again = await cluster.bramble('backup', 'restore', '--yes')
    expect(again.code, again.errors).toBe(0)
    console.log(again.text)

    expect(await consul('kv', 'get', 'app/color')).toBe('as it was')
    expect(await consul('acl', 'token', 'read', '-self')).toBe(token)
    expect(await onAll('cd /srv/data && sha256sum * | sort | sha256sum')).toEqual(before)
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await cluster.well()
  })

  it('are kept by one node for all, which each comes into with a key for files alone', async () => {
    cluster.edit((text) =>
      text.replace('to: { folder: /srv/backup }', 'to: { node: cow, folder: /srv/vault }'),
    )
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const saved = await cluster.bramble('backup', 'now')
    expect(saved.code, saved.errors).toBe(0)
    expect(await cluster.output('cow', 'ls', '/srv/vault')).toBe('ant\nbee\ncow')
    const ssh = (
      await cluster.output('ant', 'sed', '-n', 's/^ssh\t//p', '/etc/bramble-backup/settings')
    ).split(' ')
    const shell = await cluster.inside('ant', ...ssh.slice(0, -2), 'id')
    expect(shell.code).not.toBe(0)
    expect(shell.stdout.toString().trim()).toBe('This service allows sftp connections only.')
    const restored = await cluster.bramble('backup', 'restore', '-n', 'ant', '/srv/data', '--yes')
    expect(restored.code, restored.errors).toBe(0)
  })

  it('stay when the role leaves, and nothing else does', async () => {
    // An account whose last session has just ended cannot be removed yet (userdel(8)).
    const guests = await poll(
      async () => {
        const { code, stdout } = await cluster.inside('cow', 'ps', '-u', 'bramble-backup', '-o', 'pid=,args=')
        return { passed: code === 1, detail: stdout.toString() }
      },
      { patienceSeconds: 120, pauseSeconds: 2 },
    )
    expect(guests.passed, guests.detail).toBe(true)
    cluster.edit((text) => text.replace(/^ {2}backup: .*\n/m, ''))
    await cluster.apply()
    const left = await onAll(
      'ls -d /etc/bramble-backup /var/lib/bramble-backup /usr/local/sbin/bramble-backup 2>/dev/null || :',
    )
    expect(left).toEqual(['', '', ''])
    expect(await cluster.output('cow', 'test', '-f', '/srv/vault/ant/config')).toBe('')
    expect(await cluster.text('ant', 'ls', '/etc/consul.d/snapshot.token')).toContain('No such file')
  })
})
