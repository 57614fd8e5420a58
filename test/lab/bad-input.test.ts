/** What goes wrong around a run, brought about on real nodes: a clear answer, nothing lost, and the next apply finishes. */
import { whatAnotherLeft } from './what-another-left.ts'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/events/event.ts'
import { labPreflight } from '../../src/lab/lab.ts'
import { run } from '../../src/support/run.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'
import { offerPackages } from './package-repository.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const CLUSTER = `cluster: bad-input
domain: office.example.net
access: { user: pi }
nodes:
  hammond: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  oneil: { address: 192.0.2.11, model: pi4, memory: 1GiB }
roles:
  base:
    on: all
    time: { sync: false }
    packages: []
    sysctls: { net.ipv4.tcp_fin_timeout: "60", net.ipv4.tcp_keepalive_time: "7000", net.ipv4.ip_default_ttl: "64" }
`
const NODES = ['hammond', 'oneil']

type Finished = Extract<Event, { type: 'node-finished' }>

describe.skipIf(lacking.length > 0)('bad input', () => {
  const cluster = new ClusterUnderTest('bad-input', CLUSTER)
  const kept = join(cluster.folder, '.bramble/lab')
  let value = 7000

  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up', '--share-memory')
    expect(up.errors + up.text).toContain('running')
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  const onOneil = (script: string): Promise<string> => cluster.output('oneil', 'sh', '-c', script)

  /** Something to do on both nodes. */
  function wishForAnother(): void {
    value++
    cluster.edit((text) => text.replace(/(tcp_keepalive_time): "\d+"/, `$1: "${value}"`))
  }

  const isInForce = (node: string): Promise<boolean> =>
    cluster
      .output(node, 'cat', '/proc/sys/net/ipv4/tcp_keepalive_time')
      .then((found) => found === String(value))

  /** After the trouble is over one apply finishes what is left, and a further one has nothing to do. */
  async function finishes(): Promise<void> {
    await cluster.apply()
    for (const node of NODES) expect(await isInForce(node)).toBe(true)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  }

  function finished(events: readonly Event[], node: string): Finished {
    const found = events.find((event) => event.type === 'node-finished' && event.node === node)
    if (!found) throw new Error(`nothing was said of ${node}: ${JSON.stringify(events)}`)
    return found as Finished
  }

  describe('in the cluster file', () => {
    it('is told all at once, before any node is touched', async () => {
      const good = readFileSync(join(cluster.folder, 'cluster.yaml'), 'utf8')
      wishForAnother()
      cluster.edit((text) =>
        text
          .replace('model: pi4', 'modell: pi4')
          .replace('192.0.2.11', '192.0.2.10')
          .replace('on: all', 'on: al'),
      )
      const refused = await cluster.bramble('apply', '--yes')
      writeFileSync(join(cluster.folder, 'cluster.yaml'), good)
      expect(refused.code).toBe(1)
      for (const code of ['UNKNOWN_KEY', 'DUPLICATE_ADDRESS', 'UNKNOWN_NAME'])
        expect(refused.errors).toContain(`error ${code}: `)
      expect(refused.text).toBe('')
      expect(await isInForce('oneil')).toBe(false)
      value--
      await finishes()
    })
  })

  describe('on a node', () => {
    const troubles: readonly (readonly [
      what: string,
      code: string,
      fix: RegExp,
      bring: () => Promise<unknown>,
      mend: (told: Finished) => Promise<unknown>,
    ])[] = [
      [
        'a cut cable',
        'NODE_UNREACHABLE',
        /its power, cable and address.*bramble .*--lab apply --node oneil/,
        async () => {
          await cluster.bramble('lab', 'cut', 'oneil')
          const facts = await cluster.bramble('facts', 'oneil')
          expect(facts.code).toBe(1)
          expect(facts.text).toMatch(/^oneil: fix look at its power.*bramble .*--lab apply --node oneil/m)
        },
        () => cluster.bramble('lab', 'mend', 'oneil'),
      ],
      [
        'an SSH server that hangs',
        'NODE_TIMED_OUT',
        /bramble .*--lab ssh oneil/,
        () => onOneil('kill -STOP "$(cat /run/sshd.pid)"'),
        () => onOneil('kill -CONT "$(cat /run/sshd.pid)"'),
      ],
      [
        'another host key',
        'HOST_KEY_CHANGED',
        /ssh-keygen -R oneil -f /,
        () => onOneil('rm /etc/ssh/ssh_host_*_key* && ssh-keygen -A && systemctl restart ssh'),
        (told) => run('sh', ['-c', /ssh-keygen -R .*/.exec(told.fix ?? '')?.[0] ?? 'false']),
      ],
      [
        'a login that may not use sudo',
        'SUDO_PASSWORD_NEEDED',
        /on oneil as root, let pi use sudo/,
        () => onOneil('mv /etc/sudoers.d/010_pi-nopasswd /root'),
        () => onOneil('mv /root/010_pi-nopasswd /etc/sudoers.d'),
      ],
      [
        'no room for what is sent',
        'DISK_FULL',
        /bramble .*--lab ssh oneil -- df -h/,
        () => onOneil('mount -t tmpfs -o size=4k full /var/lib/bramble && echo >/var/lib/bramble/full'),
        () => onOneil('umount /var/lib/bramble'),
      ],
      [
        'no room for a file',
        'DISK_FULL',
        /bramble .*--lab ssh oneil -- df -h/,
        () => onOneil('mount -t tmpfs -o size=4k full /etc/sysctl.d && echo >/etc/sysctl.d/full'),
        () => onOneil('umount /etc/sysctl.d'),
      ],
      [
        'a root that is read-only',
        'ROOT_READ_ONLY',
        /dmesg/,
        () => onOneil('for d in / /var/lib; do mount -o remount,bind,ro $d || exit; done'),
        () => onOneil('for d in / /var/lib; do mount -o remount,bind,rw $d || exit; done'),
      ],
    ]

    it.each(troubles)('%s is %s, and the other node goes on', async (_what, code, fix, bring, mend) => {
      wishForAnother()
      await bring()
      const events = await cluster.events('apply', '--yes')
      const told = finished(events, 'oneil')
      await mend(told)
      expect(told).toMatchObject({ outcome: 'failed', code })
      expect(told.message).toContain('oneil')
      expect(told.why).toMatch(/.{20}/)
      expect(told.fix).toMatch(fix)
      expect(finished(events, 'hammond').outcome).toBe('changed')
      expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed', failedNodes: ['oneil'] })
      await finishes()
    })

    whatAnotherLeft({ cluster, nodes: NODES, wishForAnother, isInForce, finishes })
  })

  describe('among the secrets', () => {
    const secrets = join(kept, 'secrets')
    const identity = join(kept, 'identity.txt')

    beforeAll(async () => {
      writeFileSync(join(cluster.folder, 'word'), 'correct horse battery staple')
      for (const name of ['demo/one', 'demo/two'])
        await cluster.bramble('secrets', 'import', name, '--from', join(cluster.folder, 'word'))
      cpSync(secrets, `${secrets}.good`, { recursive: true })
      cpSync(identity, `${identity}.good`)
    })

    const troubles: readonly (readonly [what: string, code: string, bring: () => unknown])[] = [
      [
        'one that stands in for another',
        'SECRET_TAMPERED',
        () => cpSync(join(secrets, 'demo/two.age'), join(secrets, 'demo/one.age')),
      ],
      [
        'one that was cut off',
        'SECRET_TAMPERED',
        () => {
          const file = join(secrets, 'demo/one.age')
          writeFileSync(file, readFileSync(file).subarray(0, -40))
        },
      ],
      ['a missing identity', 'IDENTITY_MISSING', () => rmSync(identity)],
      [
        'the identity of somebody else',
        'IDENTITY_WRONG',
        async () => {
          rmSync(identity)
          expect((await run('age-keygen', ['-o', identity])).code).toBe(0)
        },
      ],
    ]

    it.each(troubles)(
      '%s is %s; no node is touched, and nothing is made anew in its place',
      async (_what, code, bring) => {
        wishForAnother()
        await bring()
        const refused = await cluster.bramble('apply', '--yes')
        expect(refused.code).toBe(1)
        expect(refused.errors).toMatch(new RegExp(`^error ${code}: .*\\n  why  .*\\n  fix  `))
        for (const node of NODES) expect(await isInForce(node)).toBe(false)
        rmSync(secrets, { recursive: true })
        cpSync(`${secrets}.good`, secrets, { recursive: true })
        renameSync(`${identity}.good`, identity)
        cpSync(identity, `${identity}.good`)
        await finishes()
      },
    )
  })

  describe('by the controller', () => {
    const isAt =
      (type: Event['type'], phase?: string) =>
      (event: Event): boolean =>
        event.type === type && (phase === undefined || ('phase' in event && event.phase === phase))

    it.each([
      ['while it connects', isAt('phase-started', 'connect')],
      ['when a node has answered', isAt('node-connected')],
      ['when it knows what differs', isAt('resource-differs')],
      ['when a node begins to change', isAt('phase-started', 'converge')],
      ['when a resource was changed', isAt('resource-changed')],
      ['when a node is done', isAt('node-finished')],
    ])('killed %s: the next apply finishes', async (_when, moment) => {
      wishForAnother()
      const apply = cluster.start()
      await apply.said(moment)
      await apply.kill()
      await finishes()
    })

    it('two at once: one works, the other is told who, or finds nothing left to do', async () => {
      wishForAnother()
      const both = await Promise.all([cluster.start().ended, cluster.start().ended])
      const ends = both.flatMap((events) => NODES.map((node) => finished(events, node)))
      expect(
        ends
          .filter(({ outcome }) => outcome === 'changed')
          .map(({ node }) => node)
          .toSorted(),
      ).toEqual(NODES)
      for (const { outcome, code } of ends) {
        if (outcome === 'failed') expect(code).toBe('NODE_BUSY')
      }
      await finishes()
    })

    it('two at once while the package database is locked: who holds the node and since when; killed, it is followed', async () => {
      await offerPackages(
        {
          write: (path, content, mode) => cluster.write('oneil', path, content, mode),
          output: (...argv) => cluster.output('oneil', ...argv),
        },
        [
          { name: 'tiny', version: '1' },
          {
            name: 'tiny-slow',
            version: '1',
            postinst: 'touch /run/slow; until test -e /run/go; do sleep 0.1; done',
          },
        ],
      )
      const holder = cluster.inside('oneil', 'dpkg', '-i', '/srv/repository/tiny-slow_1_all.deb')
      await onOneil('until test -e /run/slow; do sleep 0.1; done')
      cluster.edit((text) => text.replace('packages: []', 'packages: [tiny]'))

      const first = cluster.start('--node', 'oneil')
      await first.said((event) => event.type === 'phase-started' && event.detail === 'package')
      const second = finished(await cluster.start('--node', 'oneil').ended, 'oneil')
      expect(second).toMatchObject({ outcome: 'failed', code: 'NODE_BUSY' })
      expect(second.message).toMatch(/^\S+@\S+ works on oneil since \d+ s$/)
      expect(second.fix).toMatch(/bramble .*--lab apply --node oneil --take-over/)

      await first.kill()
      expect((await cluster.bramble('plan', '--node', 'oneil')).code, 'a look in between').toBe(0)
      const third = cluster.start('--node', 'oneil')
      await third.said((event) => event.type === 'warning' && event.code === 'RUN_JOINED')
      await onOneil('touch /run/go')
      expect((await holder).code).toBe(0)
      expect(finished(await third.ended, 'oneil').outcome).toBe('unchanged')
      expect(await onOneil('dpkg-query -W -f "\\${Version}" tiny')).toBe('1')
      cluster.edit((text) => text.replace('packages: [tiny]', 'packages: []'))
      await finishes()
    })
  })
})
