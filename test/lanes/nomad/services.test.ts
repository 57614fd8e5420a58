/** Services of the cluster file, run by systemd and by a real Nomad: from the first apply until nothing is left of them. */
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, failures, hasNoLab } from '../../lab/cluster-under-test.ts'
import { changesIn, stateOf } from '../../lab/tree.ts'
import { holds, lacksNomad, nomadAsk, nomadMirror, nomadOn } from './nomad-under-test.ts'

if (lacksNomad !== undefined) console.log(`skipped: ${lacksNomad}`)

const mirror = await nomadMirror()
afterAll(() => mirror.stop())

/** Answers with its color, and does not begin with a bad one. */
const WEB = `#!/usr/bin/perl
use IO::Socket::INET;
exit 3 if $ENV{COLOR} eq "bad";
my $all = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 5, ReuseAddr => 1) or die $!;
warn "shows $ENV{COLOR}\\n";
while (my $one = $all->accept) {
  my $line = <$one>;
  print $one "HTTP/1.0 200 OK\\r\\nConnection: close\\r\\n\\r\\n$ENV{COLOR}\\n";
  close $one;
}
`
const TICK = '#!/bin/sh\necho "sleeps $1"\nsleep "$1"\n'

const allocations = z.array(
  z.object({
    NodeName: z.string(),
    ClientStatus: z.string(),
    DesiredStatus: z.string(),
    TaskStates: z.record(z.string(), z.object({ State: z.string(), Failed: z.boolean() })).nullable(),
  }),
)
const jobs = z.array(z.object({ ID: z.string(), ParentID: z.string().optional(), Status: z.string() }))

interface Wanted {
  readonly color?: string
  readonly isThere?: boolean
  readonly key?: string
}

describe.skipIf(hasNoLab || lacksNomad !== undefined)('services of the cluster file', () => {
  const services = ({ color = 'blue', key = 'one' }: Wanted) => ({
    web: {
      run: { binary: '/usr/local/bin/web', args: ['8090'] },
      port: 8090,
      check: { http: ':8090/', interval: '2s', timeout: '1s' },
      env: { COLOR: color },
      memory: '64MiB',
      update: { healthy: '2s', within: '30s' },
    },
    tick: { run: { binary: '/usr/local/bin/tick', args: ['5'] }, schedule: '* * * * *', memory: '32MiB' },
    long: {
      needs: 'speaker',
      run: { binary: '/usr/local/bin/tick', args: ['3600'] },
      schedule: '* * * * *',
      memory: '32MiB',
    },
    here: {
      on: 'ant',
      run: { binary: '/usr/local/bin/web', args: ['8091'] },
      port: 8091,
      env: { COLOR: color === 'bad' ? 'green' : color, KEY: key },
    },
    beat: {
      on: 'ant',
      run: { binary: '/usr/local/bin/tick', args: ['3600'] },
      schedule: '* * * * *',
      missed: 'again',
    },
  })
  const file = (wanted: Wanted): string =>
    stringify({
      cluster: 'services',
      domain: 'office.example.net',
      access: { user: 'pi' },
      releases: { mirror: mirror.url, key: mirror.keyFile },
      nodes: {
        ant: { address: '192.0.2.10', model: 'pi4', memory: '1GiB' },
        cow: { address: '192.0.2.12', model: 'pi4', memory: '1GiB' },
        dog: { address: '192.0.2.13', model: 'pi4', memory: '1GiB', has: ['speaker'] },
      },
      roles: {
        base: { on: 'all' },
        files: [
          { on: 'all', path: '/usr/local/bin/web', mode: '755', content: WEB },
          { on: 'all', path: '/usr/local/bin/tick', mode: '755', content: TICK },
        ],
        'nomad-server': { on: ['ant'], version: recipeOf('nomad').version },
        'nomad-client': { on: ['cow', 'dog'] },
      },
      ...(wanted.isThere !== false && { services: services(wanted) }),
    })
  const cluster = new ClusterUnderTest('services', file({ isThere: false }))
  const bare = new Map<string, readonly string[]>()
  let name = 'services'
  const want = (wanted: Wanted): void =>
    cluster.edit(() => file(wanted).replace(/^cluster: .*$/m, `cluster: ${name}`))
  const allocationsOf = (id: string) =>
    nomadAsk(cluster, 'ant', `/v1/job/${encodeURIComponent(id)}/allocations`, allocations)
  const runningOn = async (id: string): Promise<readonly string[]> =>
    (await allocationsOf(id))
      .filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run')
      .map(({ NodeName }) => NodeName)
  const runsOf = async (id: string): Promise<readonly string[]> =>
    (await nomadAsk(cluster, 'ant', '/v1/jobs', jobs))
      .filter(({ ParentID }) => ParentID === id)
      .map(({ ID }) => ID)
  const answer = async (node: string, port: number): Promise<string> => {
    const address = `$(hostname -I | cut -d" " -f1)`
    const ask = `exec 3<>/dev/tcp/${address}/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && tail -n 1 <&3`
    return (await cluster.text(node, 'bash', '-c', ask)).trim()
  }
  const unit = (name_: string, property: string) =>
    cluster.text('ant', 'systemctl', 'show', '--value', '-p', property, name_)
  const nothingToDo = async (): Promise<void> => {
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const { code, text } = await cluster.bramble('plan', '--detailed-exitcode')
    expect([code, text]).toEqual([0, text])
  }

  beforeAll(async () => {
    name = cluster.id.cluster
    await cluster.labUp('--share-memory')
    await cluster.apply()
    for (const node of ['ant', 'cow', 'dog']) bare.set(node, await stateOf(cluster, node))
  })
  afterAll(() => cluster.remove())

  it('come with one apply, each where it can run, and the second finds nothing to do', async () => {
    want({})
    await cluster.apply()
    const [node = ''] = await runningOn('web')
    expect(['cow', 'dog']).toContain(node)
    expect(await answer(node, 8090)).toBe('blue')
    expect(await answer('ant', 8091)).toBe('blue')
    expect((await unit('bramble-here.service', 'ActiveState')).trim()).toBe('active')
    expect((await unit('bramble-here.service', 'DynamicUser')).trim()).toBe('yes')
    expect((await unit('bramble-beat.timer', 'ActiveState')).trim()).toBe('active')
    await nothingToDo()
    await cluster.well()
  })

  it('are begun anew where they run', async () => {
    const [node = ''] = await runningOn('web')
    const before = await unit('bramble-here.service', 'InvocationID')
    const { code, text, errors } = await cluster.bramble('service', 'restart', 'web', 'here')
    expect([code, text], errors).toEqual([0, `restarted web on ${node}\nrestarted here on ant\n`])
    expect(await runningOn('web')).toEqual([node])
    expect(await unit('bramble-here.service', 'InvocationID')).not.toBe(before)
    await holds('the page', () => answer(node, 8090), 'blue')
    expect((await cluster.bramble('service', 'restart', 'tick')).errors).toContain('SERVICE_NOT_RESTARTED')
    await nothingToDo()
  })

  it('tell what they have written, whoever runs them', async () => {
    const [node = ''] = await runningOn('web')
    const logs = async (...words: readonly string[]) => {
      const { code, text, errors } = await cluster.bramble('service', 'logs', ...words)
      expect(code, errors).toBe(0)
      return { text, errors: errors.split('\n').filter((line) => line.startsWith(node)) }
    }
    const said = `${node}  shows blue`
    // Perl says more where a node has no locale.
    expect((await logs('web')).errors.filter((line) => line === said)).toEqual([said, said])
    expect((await logs('web', '--lines', '1')).errors).toEqual([said])
    expect((await logs('here')).text).toMatch(/^ant \S+ {2}shows blue$/m)
    expect((await cluster.bramble('logs', 'web')).errors).toContain('type bramble service logs web')
  })

  it('on a schedule are run by Nomad in time, and not again while they run', async () => {
    await holds(
      'a run of tick',
      async () => {
        const [first] = await runsOf('tick')
        const found = first === undefined ? [] : await allocationsOf(first)
        return found.map(({ ClientStatus, TaskStates }) => [ClientStatus, TaskStates?.['due']?.Failed])
      },
      [['complete', false]],
    )
    await holds(
      'the run of long',
      async () => {
        const [first] = await runsOf('long')
        return first === undefined ? [] : runningOn(first)
      },
      ['dog'],
    )
    await holds('a second run of tick', async () => (await runsOf('tick')).length >= 2)
    expect(await runsOf('long')).toHaveLength(1)
  })

  it('on a schedule are told of while a run waits for a place, because the others wait for it', async () => {
    const ids = await nomadAsk(cluster, 'ant', '/v1/nodes', z.array(z.object({ ID: z.string() })))
    const mayTakeWork = async (how: '-enable' | '-disable') => {
      for (const { ID } of ids) await nomadOn(cluster, 'ant', 'node', 'eligibility', how, ID)
    }
    const waits = /^not run tick: its run of .* UTC has not begun, and none begins before it: .*no node/m
    const isTold = async () => {
      const { code, errors } = await cluster.bramble('service', 'list')
      return waits.test(errors) && code === 1
    }
    await mayTakeWork('-disable')
    await holds('the run of tick that waits', isTold)
    expect((await cluster.bramble('status')).text).toContain('the job tick: its run of ')
    await mayTakeWork('-enable')
    await holds('a run of tick that waits', isTold, false)
  })

  it('on a schedule are run by systemd in time, and not again while they run', async () => {
    await holds(
      'a run of beat',
      async () => (await unit('bramble-beat.service', 'ActiveState')).trim(),
      'activating',
    )
    // It says nothing of a next time while the run goes on.
    expect((await unit('bramble-beat.timer', 'SubState')).trim()).toBe('running')
  })

  it('that are changed are as they should be after the apply', async () => {
    want({ color: 'green' })
    await cluster.apply()
    const [node = ''] = await runningOn('web')
    expect(await answer(node, 8090)).toBe('green')
    expect(await answer('ant', 8091)).toBe('green')
    await nothingToDo()
  })

  it('whose change is not well are put back by Nomad, and the apply says so', async () => {
    want({ color: 'bad' })
    const events = await cluster.events('apply', '--yes')
    expect(failures(events).join('\n')).toContain('Exit Code: 3')
    await holds(
      'the one before',
      async () => {
        const [node] = await runningOn('web')
        return node === undefined ? '' : answer(node, 8090).catch(() => '')
      },
      'green',
    )
    want({ color: 'green' })
    await cluster.apply()
    await nothingToDo()
  })

  it('leave nothing, whatever of them runs', async () => {
    expect(await runsOf('long')).toHaveLength(1)
    want({ isThere: false })
    await cluster.apply()
    expect(await nomadAsk(cluster, 'ant', '/v1/jobs', jobs)).toEqual([])
    for (const node of ['ant', 'cow', 'dog']) {
      expect([node, ...changesIn(bare.get(node) ?? [], await stateOf(cluster, node))]).toEqual([node])
      expect(await cluster.text(node, 'sh', '-c', 'pgrep -f /usr/local/bin/ti[c]k || :')).toBe('')
    }
    await nothingToDo()
  })
})
