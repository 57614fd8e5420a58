/** The guard of the servers, while real ones are stopped, killed and started. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { DatacenterUnderTest, failures } from '../../../test/engines/consul/under-test.ts'

await describeEachConsul(120, (binary) => {
  let dc: DatacenterUnderTest
  beforeAll(async () => {
    dc = await DatacenterUnderTest.start(binary, { logLevel: 'debug' })
    expect(failures(await dc.converge())).toEqual([])
  }, 90_000)
  afterAll(() => dc.home.end())

  describe('the guard of its servers', () => {
    it('lets a restarted follower count only once it has taken part in a write', async () => {
      const { follower } = await dc.turns()
      const since = new Date()
      await dc.home.stop(follower)
      expect(await dc.group().proven(dc.home.link, follower, since)).toMatchObject({ passed: false })
      dc.home.start(follower)
      await dc.returnsAfter(follower, since)
      expect(await dc.observe()).toMatchObject({ formed: true, failureTolerance: 1 })
    })

    it('sees a new leader after the old one was restarted', async () => {
      const { leader } = await dc.turns()
      const since = new Date()
      await dc.home.stop(leader)
      dc.home.start(leader)
      await dc.returnsAfter(leader, since)
      expect((await dc.turns()).leader).not.toBe('nobody')
    })

    it('may lose none while one is down', async () => {
      const { follower } = await dc.turns()
      await dc.home.stop(follower, 'SIGKILL')
      const { failureTolerance, members, detail } = await dc.observe()
      expect({ failureTolerance, detail }).toEqual({
        failureTolerance: 0,
        detail: expect.stringContaining(`not healthy: ${follower}`) as string,
      })
      expect(members.find(({ node }) => node === follower)?.healthy).toBe(false)
      const since = new Date()
      dc.home.start(follower)
      await dc.returnsAfter(follower, since)
    })
  })

  it('decides again when the first of two lost servers comes back, however long it was away', async () => {
    const { leader, follower } = await dc.turns()
    await dc.home.stop(follower, 'SIGKILL')
    await eventually('autopilot would have taken it away', 60, async () =>
      Promise.resolve(
        /less (then minimal allowed quorum|voters than the minimum)/.test(dc.home.log(leader)) ||
          'no word of it',
      ),
    )
    await dc.home.stop(leader, 'SIGKILL')
    dc.home.start(follower)
    await eventually('two of three decide', 60, async () => {
      const { stdout, stderr } = await dc.home.consul(follower, ['kv', 'put', 'decided', 'yes'])
      return stdout.toString().includes('Success') || stderr
    })
    const since = new Date()
    dc.home.start(leader)
    await dc.returnsAfter(leader, since)
  })

  // The last one: nobody starts the servers again.
  it('knows a group without a leader from one that never was', async () => {
    const { leader, third } = await dc.turns()
    await Promise.all([dc.home.stop(leader, 'SIGKILL'), dc.home.stop(third, 'SIGKILL')])
    await eventually('the leader is missed', 30, async () => {
      const { detail } = await dc.observe()
      return detail.includes('no leader') || detail
    })
    expect(await dc.observe()).toMatchObject({ formed: true, failureTolerance: 0 })
  })
})
