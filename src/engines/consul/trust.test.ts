import { leaderReply } from '../autopilot/replies.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { DatacenterUnderTest, failures, SERVERS } from '../../../test/engines/consul/under-test.ts'
import { withApi } from './api.ts'
import { managementAccess } from './management.ts'
import { askPlainly } from './plain-status.ts'
import { tokensReply } from './replies.ts'
import { askStatus } from './status.ts'

await describeEachConsul(240, (binary) => {
  describe('a datacenter whose certificates cannot be believed', () => {
    let dc: DatacenterUnderTest
    beforeAll(async () => {
      dc = await DatacenterUnderTest.start(binary)
      expect(failures(await dc.converge())).toEqual([])
    }, 120_000)
    afterAll(() => dc?.home.end())

    /** The group, as soon as this much is true of it. */
    const groupIs = async (what: string, is: (state: Awaited<ReturnType<typeof observed>>) => boolean) => {
      await eventually(what, 60, async () => is(await observed()) || JSON.stringify(await observed()))
    }
    const observed = () => dc.observe()

    it('lets a single server with an ended certificate have its turn, and asks the others', async () => {
      const { follower } = await dc.turns()
      await dc.home.expireCertificate(follower)
      await groupIs('the ended certificate is noticed', ({ members }) =>
        members.some(({ node, healthy }) => node === follower && !healthy),
      )
      const state = await observed()
      expect(state).toMatchObject({ formed: true, failureTolerance: 0 })
      expect(state.isUnbelieved).toBeUndefined()
      await expect(
        askStatus(dc.home.link, follower, { servers: SERVERS, clients: ['ears'], nodes: [] }, dc.home.access),
      ).rejects.toThrow(
        new RegExp(
          `Consul on ${follower} cannot be asked: it shows the certificate of ${follower} by Bramble test, .* which has ended; without it, it says that it is led by`,
        ),
      )
      // The store is asked through somebody else.
      expect(
        await dc.check(
          {},
          SERVERS.find((name) => name !== follower),
        ),
      ).toEqual([])
      await dc.home.renewCertificate(follower)
      await groupIs('all are well again', ({ failureTolerance }) => failureTolerance === 1)
    })

    it('says who shows what when all certificates are of another authority, and that turns lead nowhere', async () => {
      const [old] = [dc.home.access]
      await dc.home.replaceAuthority([])
      expect(await observed()).toMatchObject({ formed: true, isUnbelieved: true })
      expect((await observed()).detail).toMatch(
        /hammond: it shows the certificate of hammond by Bramble test, .*not of the authority/,
      )
      await expect(dc.check()).rejects.toThrow(/^it shows the certificate of hammond/)
      // Without a certificate it says no more than who leads, and gets no token from us.
      expect((await askPlainly(dc.home.link, 'hammond'))?.leader).toMatch(/:8300$/)
      dc.home.access = old
    })

    it('comes back with a new authority, a new token for management and new tokens of the agents in one go', async () => {
      const lost = dc.home.access.management
      await dc.home.recreateSecrets([...SERVERS, 'ears'])
      expect(failures(await dc.converge())).toEqual([])
      expect(await dc.check()).toEqual([])
      await groupIs('the group is whole', ({ failureTolerance }) => failureTolerance === 1)
      // What was lost may be on a stolen disk: it opens nothing any more.
      const answer = await withApi(
        dc.home.link,
        'hammond',
        managementAccess({ ...dc.home.access, management: lost }),
        (api) => api.get('/v1/acl/tokens', tokensReply),
      )
      expect(answer).toMatchObject({ ok: false, status: 403 })
      const leader = await withApi(dc.home.link, 'ears', managementAccess(dc.home.access), (api) =>
        api.get('/v1/status/leader', leaderReply),
      )
      expect(leader).toMatchObject({ ok: true, value: expect.stringMatching(/:8300$/) as string })
    })

    it('does not start the access rules anew unless somebody gave the token up', async () => {
      dc.home.access = {
        ...dc.home.access,
        management: { accessorId: lostId(1), secretId: lostId(2) },
        mayReset: false,
      }
      const [failed] = failures(await dc.converge())
      expect(failed?.failure).toMatch(/none of its tokens.*acl-bootstrap-reset/)
    })
  })
})

function lostId(digit: number): string {
  return `${String(digit).repeat(8)}-0000-4000-8000-000000000000`
}
