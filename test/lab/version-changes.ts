/** Changes of version on a running twin of `rainbow`: what is refused, and how what is supported is rolled out. */
import { describe, expect, it } from 'vitest'
import type { ClusterStatus } from '../../src/api/index.ts'
import type { Event } from '../../src/events/event.ts'
import { supportDates } from '../../src/releases/support.ts'
import type { ReleaseServer } from '../releases/release-server.ts'
import type { ClusterUnderTest } from './cluster-under-test.ts'
import {
  BROKEN,
  NEXT,
  PACKAGED,
  publishConsul,
  relabelledConsul,
  releaseSettings,
  RUNNING,
} from './consul-versions.ts'

/** A cluster that is up, and where it takes releases from. */
interface Twin {
  readonly cluster: ClusterUnderTest
  readonly mirror: ReleaseServer
}

const CHANGED = 'service:consul.service'

async function engineOf(cluster: ClusterUnderTest): Promise<ClusterStatus['engines'][number]> {
  const { text, errors } = await cluster.bramble('status', '--json')
  const [engine] = (JSON.parse(text) as ClusterStatus).engines
  if (engine === undefined) throw new Error(`no engine: ${errors}`)
  return engine
}

const versionsOf = async (cluster: ClusterUnderTest) =>
  [...new Set((await engineOf(cluster)).members.map(({ version }) => version))].toSorted()

const asSettings = (texts: readonly string[]) => texts.flatMap((text) => ['--set', text])

/** Both refuse, name the code, and change nothing. */
async function expectRefused(cluster: ClusterUnderTest, settings: readonly string[], code: string) {
  const said: string[] = []
  for (const verb of [['plan'], ['apply', '--yes']]) {
    const ended = await cluster.bramble(...asSettings(settings), ...verb)
    expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining(code) as string })
    said.push(ended.errors)
  }
  return said.join('')
}

/** Registers what is true of a datacenter that runs the package. */
export function describePackageStays(twin: () => Twin): void {
  describe('a release that is too far away for one step', () => {
    it('is refused with the steps that are supported, and nothing is changed', async () => {
      const { cluster, mirror } = twin()
      // Never started, so it need not be the real one.
      const [newest] = supportDates().products['consul']?.lines ?? []
      const version = newest?.newest ?? ''
      await publishConsul(mirror, version, { script: '#!/bin/sh\nexit 1\n' })
      const said = await expectRefused(cluster, releaseSettings(mirror), 'ENGINE_UPGRADE_TOO_FAR')
      expect(said).toContain('1.10, then 1.12, then 1.14, then 1.16, then 1.18, then 1.20, then 1.22')
      // Its maker's index was asked, and nothing was fetched for a step that is none.
      expect(mirror.requests.filter((path) => !path.endsWith('/index.json'))).toEqual([])
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('is refused also when nobody answers: the cluster lock knows what ran', async () => {
      const { cluster, mirror } = twin()
      const { members } = await engineOf(cluster)
      await Promise.all(members.map(({ node }) => cluster.output(node, 'systemctl', 'stop', 'consul')))
      await expectRefused(cluster, releaseSettings(mirror), 'ENGINE_UPGRADE_TOO_FAR')
      expect((await cluster.apply()).failedNodes).toEqual([])
    })
  })
}

/** Registers what is true of a datacenter that runs a release. */
export function describeUpgrade(twin: () => Twin): void {
  describe('an upgrade', () => {
    it('says what it would pin and pins nothing without a yes', async () => {
      const { cluster, mirror } = twin()
      await publishConsul(mirror, NEXT, await relabelledConsul())
      const { code, text, errors } = await cluster.bramble('upgrade', `consul@${NEXT}`)
      expect({ code, errors }).toMatchObject({ code: 1, errors: expect.stringContaining('--yes') as string })
      expect(text).toMatch(new RegExp(`^consul +${RUNNING} +${NEXT} +\\S+ +[0-9a-f]{64}$`, 'm'))
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('rolls over one server at a time, each back before the next, the leader last', async () => {
      const { cluster } = twin()
      const { leader } = await engineOf(cluster)
      expect((await cluster.bramble('upgrade', `consul@${NEXT}`, '--yes')).code).toBe(0)
      expect(await versionsOf(cluster)).toEqual([RUNNING])
      const servers = (await engineOf(cluster)).members.filter(({ role }) => role === 'server')
      const steps = (await cluster.events('apply', '--yes')).flatMap((event) => stepOf(event))
      const order = steps.filter(({ step }) => step === 'restarted').map(({ node }) => node)
      const guarded = order.filter((node) => servers.some((server) => server.node === node))
      expect([guarded.length, guarded.at(-1)]).toEqual([3, leader])
      const turns = steps.filter(({ node }) => guarded.includes(node)).slice(0, 6)
      expect(turns).toEqual(guarded.flatMap((node) => ['restarted', 'back'].map((step) => ({ node, step }))))
      expect(await versionsOf(cluster)).toEqual([NEXT])
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('has the configuration checked by the program that will run, and stops before the second server', async () => {
      const { cluster, mirror } = twin()
      const script = '#!/bin/sh\necho "the new program says: $1"\nexit 1\n'
      await publishConsul(mirror, BROKEN, { script })
      const settings = cluster.settings
      expect((await cluster.bramble('upgrade', `consul@${BROKEN}`, '--yes')).code).toBe(0)
      cluster.settings = [...settings, 'roles.consul-server.log_level=warn']
      const events = await cluster.events('apply', '--yes')
      const configuration = '/file:/etc/consul.d/consul.json'
      const failed = events.filter((event) => event.type === 'resource-failed')
      const refused = failed.filter(({ address }) => address.endsWith(configuration))
      for (const { output } of refused) {
        expect(output.join('\n')).toContain('the new program says: validate')
      }
      const servers = (await engineOf(cluster)).members.filter(({ role }) => role === 'server')
      const isServer = (node: string) => servers.some((server) => server.node === node)
      expect(refused.filter(({ node }) => isServer(node))).toHaveLength(1)
      expect(events.flatMap((event) => stepOf(event))).toEqual([])
      expect(await versionsOf(cluster)).toEqual([NEXT])
      cluster.settings = settings
      expect((await cluster.bramble('upgrade', `consul@${NEXT}`, '--yes')).code).toBe(0)
      expect((await cluster.apply()).failedNodes).toEqual([])
    })

    it('does not go back to an older version, whatever its source', async () => {
      const { cluster } = twin()
      const version = `roles.consul-server.version=${PACKAGED}`
      const accepted = 'roles.consul-server.unmaintained=accepted'
      await expectRefused(
        cluster,
        ['roles.consul-server.source=package', version, accepted],
        'ENGINE_DOWNGRADE',
      )
      const { code, errors } = await cluster.bramble('upgrade', `consul@${RUNNING}`, '--yes')
      expect({ code, errors }).toMatchObject({
        code: 1,
        errors: expect.stringContaining('ENGINE_DOWNGRADE') as string,
      })
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })
  })
}

/** A restart of an agent, or the word that it is back in the quorum. */
function stepOf(event: Event): { readonly node: string; readonly step: 'restarted' | 'back' }[] {
  if (event.type === 'resource-changed' && event.address.endsWith(`/${CHANGED}`)) {
    return [{ node: event.node, step: 'restarted' }]
  }
  return event.type === 'gate-passed' && event.gate === 'consul' ? [{ node: event.node, step: 'back' }] : []
}
