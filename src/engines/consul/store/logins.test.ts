/** Work that logs in with what its engine says of it: asked of real servers, with keys that a server of ours gives. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../../../../test/engines/consul/answers.ts'
import { describeEachConsul } from '../../../../test/engines/consul/each-consul.ts'
import { eventually } from '../../../../test/engines/consul/eventually.ts'
import { DatacenterUnderTest, failures, SERVERS } from '../../../../test/engines/consul/under-test.ts'
import { issueAuthority, issueCertificate } from '../../../secrets/certificate-issuing.ts'
import { catalogPolicy } from '../token-users.ts'
import { HTTP_PORT } from '../names.ts'
import type { WantedLogin } from './logins.ts'

const KIND = { role: 'consul-role', method: 'consul-auth-method', rule: 'consul-binding-rule' }

type Authority = Awaited<ReturnType<typeof issueAuthority>>

/** Gives the public half of a key as Nomad does, over TLS. */
class Keys {
  readonly #server: Server
  readonly #key: KeyObject
  readonly issuer: Authority
  readonly port: number

  /** At a port that is free, or at this one; with a certificate of an authority of its own, or of this one. */
  static async start(
    at: { readonly port: number; readonly issuer?: Authority } = { port: 0 },
  ): Promise<Keys> {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const times = { days: 1, now: new Date() }
    const issuer = at.issuer ?? (await issueAuthority({ subject: 'keys', ...times }))
    const shown = { issuer, subject: 'keys', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], ...times }
    const { certificatePem: cert, keyPem: key } = await issueCertificate(shown)
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }
    const server = createServer({ cert, key }, (_, response) => response.end(JSON.stringify({ keys: [jwk] })))
    server.listen(at.port, '127.0.0.1')
    await once(server, 'listening')
    return new Keys(server, privateKey, issuer)
  }

  private constructor(server: Server, key: KeyObject, issuer: Authority) {
    this.#server = server
    this.#key = key
    this.issuer = issuer
    this.port = (server.address() as AddressInfo).port
  }

  get authorityPem(): string {
    return this.issuer.certificatePem
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}/.well-known/jwks.json`
  }

  /** A signed token that says this. */
  token(claims: Readonly<Record<string, string>>, audience = 'consul.io'): string {
    const now = Math.floor(Date.now() / 1000)
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part({ ...claims, aud: audience, iat: now, nbf: now, exp: now + 600 })}`
    return `${text}.${sign('sha256', Buffer.from(text), this.#key).toString('base64url')}`
  }

  end(): void {
    this.#server.close()
  }
}

await describeEachConsul(90, (binary) => {
  let dc: DatacenterUnderTest
  let keys: Keys
  beforeAll(async () => {
    keys = await Keys.start()
    dc = await DatacenterUnderTest.start(binary)
    expect(failures(await dc.converge())).toEqual([])
  }, 90_000)
  afterAll(async () => {
    keys.end()
    await dc.home.end()
  })

  const login = (changes: Partial<WantedLogin> = {}): WantedLogin => ({
    name: 'nomad-workloads',
    description: 'Bramble: work by who it is',
    keys: keys.url,
    authorityPem: keys.authorityPem,
    audience: 'consul.io',
    algorithms: ['RS256'],
    claims: ['nomad_job_id', 'nomad_service'],
    service: 'nomad_service',
    policies: [catalogPolicy.name],
    ...changes,
  })
  const wanted = (changes?: Partial<WantedLogin>) => ({ policies: [catalogPolicy], logins: [login(changes)] })
  const door = (token?: string, node = 'ears') => ({
    address: dc.home.address(node),
    port: HTTP_PORT,
    secure: false,
    ...(token !== undefined && { token }),
  })
  const logIn = async (jwt: string): Promise<{ status: number; text: string; secret: string }> => {
    const body = JSON.stringify({ AuthMethod: 'nomad-workloads', BearerToken: jwt })
    const { status, text } = await ask(door(), { method: 'POST', path: '/v1/acl/login', body })
    const secret = status === 200 ? (JSON.parse(text) as { SecretID: string }).SecretID : ''
    if (secret !== '') await knownToAll(secret)
    return { status, text, secret }
  }
  /** A client asks any server for a token, and remembers for half a minute that this one had not heard of it yet. */
  const knownToAll = async (secret: string): Promise<void> => {
    for (const server of SERVERS)
      await eventually(`${server} knows the token`, 30, async () => {
        const question = { method: 'GET', path: '/v1/acl/token/self?stale' } as const
        const { status, text } = await ask(door(secret, server), question)
        return status === 200 || text
      })
  }
  const register = async (token: string, Name: string): Promise<number> => {
    const question = {
      method: 'PUT',
      path: '/v1/agent/service/register',
      body: JSON.stringify({ Name }),
    } as const
    return (await ask(door(token), question)).status
  }

  describe('work that shows who it is', () => {
    it('finds a way in that was made with its rules, and a second look finds nothing to do', async () => {
      const made = await dc.converge(wanted())
      expect(made.map(({ address, failure }) => failure ?? address).sort()).toEqual(
        [
          `${KIND.method}:nomad-workloads`,
          `${KIND.rule}:nomad-workloads/others`,
          `${KIND.rule}:nomad-workloads/services`,
          'consul-policy:bramble-catalog-reader',
          `${KIND.role}:bramble-nomad-workloads`,
        ].sort(),
      )
      expect(await dc.check(wanted())).toEqual([])
    })

    it('registers its service, and no other one', async () => {
      const { secret, text } = await logIn(keys.token({ nomad_job_id: 'web', nomad_service: 'web' }))
      expect(secret, text).not.toBe('')
      expect(await register(secret, 'other')).toBe(403)
      expect(await register(secret, 'web')).toBe(200)
      expect(
        (await ask(door(secret), { method: 'PUT', path: '/v1/agent/service/deregister/web' })).status,
      ).toBe(200)
      expect((await ask(door(secret), { method: 'GET', path: '/v1/acl/tokens' })).status).toBe(403)
    })

    it('that is no service reads where services are, and registers none', async () => {
      const { secret, text } = await logIn(keys.token({ nomad_job_id: 'web' }))
      expect(secret, text).not.toBe('')
      expect(await register(secret, 'web')).toBe(403)
      const found = await ask(door(secret), { method: 'GET', path: '/v1/catalog/service/consul' })
      expect((JSON.parse(found.text) as object[]).length).toBeGreaterThan(0)
      expect((await ask(door(secret), { method: 'GET', path: '/v1/kv/?keys' })).text).not.toContain('bramble')
    })

    it('made for somebody else, or signed by somebody else, gets nothing', async () => {
      expect((await logIn(keys.token({ nomad_service: 'web' }, 'vault.io'))).secret).toBe('')
      const stranger = await Keys.start()
      expect((await logIn(stranger.token({ nomad_service: 'web' }))).secret).toBe('')
      stranger.end()
    })

    it('is sent elsewhere by hand: the plan shows it, and the apply is effective at once', async () => {
      const stranger = await Keys.start()
      const elsewhere = login({ keys: stranger.url, authorityPem: stranger.authorityPem })
      expect(failures(await dc.converge({ ...wanted(), logins: [elsewhere] }))).toEqual([])
      expect((await logIn(keys.token({ nomad_service: 'web' }))).secret).toBe('')
      expect(await dc.check(wanted())).toEqual([
        expect.objectContaining({
          address: `${KIND.method}:nomad-workloads`,
          action: 'update',
          differences: [
            { field: 'Config.JWKSURL', is: stranger.url, wanted: keys.url },
            { field: 'Config.JWKSCACert', is: stranger.authorityPem, wanted: keys.authorityPem },
          ],
        }),
      ])
      stranger.end()
      expect(failures(await dc.converge(wanted()))).toEqual([])
      expect((await logIn(keys.token({ nomad_service: 'web' }))).secret).not.toBe('')
    })

    it('waits for keys that do not answer yet', async () => {
      const early = await Keys.start()
      const changed = { ...wanted(), logins: [login({ keys: early.url, authorityPem: early.authorityPem })] }
      early.end()
      const late = delay(1500).then(() => Keys.start({ port: early.port, issuer: early.issuer }))
      const [done] = await Promise.all([dc.converge(changed), late])
      expect(failures(done)).toEqual([])
      ;(await late).end()
      expect(failures(await dc.converge(wanted()))).toEqual([])
    })

    it('was given more by hand: it is taken back', async () => {
      const path = '/v1/acl/role/name/bramble-nomad-workloads'
      const role = (await dc.ask('GET', path)) as Record<string, unknown>
      const json = { ...role, ServiceIdentities: [{ ServiceName: 'vault' }] }
      await dc.ask('PUT', `/v1/acl/role/${String(role['ID'])}`, { json })
      const [found, ...others] = await dc.check(wanted())
      expect(others).toEqual([])
      expect(found).toMatchObject({ address: `${KIND.role}:bramble-nomad-workloads`, action: 'update' })
      expect(found?.differences).toEqual([
        { field: 'ServiceIdentities', is: expect.stringContaining('vault') as string, wanted: '' },
      ])
      expect(failures(await dc.converge(wanted()))).toEqual([])
      expect(await dc.check(wanted())).toEqual([])
    })

    it('has no way in any more when it is not wanted, and no token', async () => {
      const { secret } = await logIn(keys.token({ nomad_service: 'web' }))
      expect(failures(await dc.converge())).toEqual([])
      expect(await dc.check()).toEqual([])
      expect(await dc.ask('GET', '/v1/acl/auth-methods')).toEqual([])
      expect(await dc.ask('GET', '/v1/acl/binding-rules')).toEqual([])
      expect(await dc.ask('GET', '/v1/acl/roles')).toEqual([])
      expect(JSON.stringify(await dc.ask('GET', '/v1/acl/tokens'))).not.toContain('nomad-workloads')
      expect((await ask(door(secret), { method: 'GET', path: '/v1/acl/token/self' })).status).toBe(403)
    })
  })
})
