/** What an apply would fail on, long after the first nodes were changed, is refused when the cluster file is read. */
import { describe, expect, it } from 'vitest'
import {
  base,
  cluster,
  node,
  problemsOf,
  rules,
  server,
  service,
  settings,
  type Parts,
} from './written-cluster.ts'

/** What is written, which line of the file is meant, what is said of it and what to type. */
type Case = readonly [title: string, written: Parts, code: string, summary: string, fix: string]

const CASES: readonly Case[] = [
  [
    'a zone that does not exist',
    base({ timezone: 'Europe/Lisboa' }),
    'BAD_VALUE',
    'roles.base.timezone is no time zone',
    'did you mean Europe/Lisbon?',
  ],
  [
    'a city without its region',
    base({ timezone: 'Lisbon' }),
    'BAD_VALUE',
    'is no time zone',
    'did you mean Europe/Lisbon?',
  ],
  [
    'a zone in small letters',
    base({ timezone: 'europe/lisbon' }),
    'BAD_VALUE',
    'is no time zone',
    'did you mean Europe/Lisbon?',
  ],
  [
    'a difference in place of a zone',
    base({ timezone: 'UTC+1' }),
    'BAD_VALUE',
    'is no time zone',
    'did you mean',
  ],
  [
    'a locale that does not exist',
    base({ locale: 'pt_PR.UTF-8' }),
    'BAD_VALUE',
    'roles.base.locale is no locale',
    'did you mean pt_BR.UTF-8?',
  ],
  [
    'a locale in the spelling of the C library',
    base({ locale: 'pt_PT.utf8' }),
    'BAD_VALUE',
    'is no locale',
    'did you mean pt_PT.UTF-8?',
  ],
  [
    'a level that does not exist',
    rules('key_prefix "app/" { policy = "reed" }'),
    'BAD_VALUE',
    'roles.consul-server.policies.app.rules has policy = "reed" (line 1 of the rules)',
    'did you mean policy = "read"?',
  ],
  [
    'rules for nothing of Consul',
    rules('kye "app" { policy = "read" }'),
    'BAD_VALUE',
    'has rules for "kye"',
    'did you mean key?',
  ],
  [
    'rules of requests without a token',
    server({ anonymous: 'node "" { policy = read }' }),
    'BAD_VALUE',
    'roles.consul-server.anonymous has read without quotes',
    'write rules as in',
  ],
  [
    'a key with a no-break space',
    server({ kv: { good: 1, 'a\u00a0b': 2 } }),
    'BAD_VALUE',
    'the key "a\u00a0b" of roles.consul-server.kv holds a no-break space (U+00A0)',
    'write "a b"',
  ],
  [
    'a key that climbs',
    server({ kv: { 'a/../b': 1 } }),
    'BAD_VALUE',
    'has a part that is empty, "." or ".."',
    'write the path',
  ],
  [
    'a value that is too large',
    server({ kv: { app: 'x'.repeat(600_000) } }),
    'BAD_VALUE',
    'roles.consul-server.kv.app holds 600000 bytes',
    'keep large contents',
  ],
  [
    'a token with a policy that there is not',
    server({ tokens: { app: { policies: 'ap' } }, policies: { app: { rules: '' } } }),
    'CONSUL_POLICY_UNKNOWN',
    'ap, which is not declared',
    'did you mean app?',
  ],
  [
    'a probe without a scheme',
    service({ check: { http: 'localhost/health' } }),
    'BAD_VALUE',
    'is no URL that a check can ask',
    'write :8080/health',
  ],
  [
    'a probe of a port that there is not',
    service({ check: { tcp: ':70000' } }),
    'BAD_VALUE',
    'is no address with a port',
    'write :22',
  ],
  [
    'a check without a pause',
    service({ check: { tcp: ':22', interval: '0s' } }),
    'BAD_VALUE',
    'is no length of time',
    'more than nothing',
  ],
  [
    'a key of metadata that is no label',
    service({ meta: { 'a b': 1 } }),
    'BAD_VALUE',
    'the key "a b" of services.web.meta is no label',
    'use letters',
  ],
  [
    'metadata that Consul keeps for itself',
    service({ meta: { 'consul-x': 1 } }),
    'CONSUL_METADATA_REFUSED',
    'the meta of web have consul-x',
    'no names that begin',
  ],
  [
    'metadata that is too long',
    service({ meta: { a: 'x'.repeat(513) } }),
    'CONSUL_METADATA_REFUSED',
    '513 characters in a',
    'at most 512',
  ],
  [
    'more metadata than Consul takes',
    service({ meta: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, at])) }),
    'CONSUL_METADATA_REFUSED',
    'are 65',
    'at most 64',
  ],
  [
    'a service that is called like Consul',
    cluster({}, { services: { consul: { on: 'd', port: 80 } } }),
    'CONSUL_SERVICE_NAME_TAKEN',
    'cannot be called consul',
    'otherwise',
  ],
  [
    'a DNS server by its name',
    server({ recursors: 'dns.example.net' }),
    'BAD_VALUE',
    'is no IP address of a DNS server',
    'write an address',
  ],
  [
    'a DNS server with a port that there is not',
    server({ recursors: '192.0.2.1:abc' }),
    'BAD_VALUE',
    'is no IP address of a DNS server',
    'write an address',
  ],
  [
    'state in a folder of the system',
    server({ data_dir: '/var/lib' }),
    'BAD_VALUE',
    'is a folder of the system',
    'write a folder of its own',
  ],
  [
    'state in memory',
    server({ data_dir: '/run/consul' }),
    'BAD_VALUE',
    'in which nothing can be kept',
    'write a folder of its own',
  ],
  [
    'a policy with a name of Consul',
    server({ policies: { 'global-management': { rules: '' } } }),
    'BAD_VALUE',
    'must be letters',
    'write letters',
  ],
  [
    'an address with an interface of this computer',
    node({ address: 'fe80::1%eth0' }),
    'CONSUL_ADDRESS_SCOPED',
    'd has the address fe80::1%eth0',
    'give d an address',
  ],
  [
    'an address of a link without its interface',
    node({ address: 'fe80::1' }),
    'BAD_VALUE',
    'nodes.d.address is neither',
    'write an address',
  ],
  [
    'the address of nobody',
    node({ address: '0.0.0.0' }),
    'BAD_VALUE',
    'nodes.d.address is neither',
    'write an address',
  ],
  [
    'a key that only looks like one',
    cluster({}, { access: { authorized_keys: ['ssh-ed25519 AAAA me'] } }),
    'AUTHORIZED_KEY_MISSING',
    'is no public key',
    'write the path of a .pub file',
  ],
  [
    'a full name that is too long',
    cluster(
      {},
      {
        domain: `${'x'.repeat(60)}.example.net`,
        nodes: { d: { address: '192.0.2.4' } },
        roles: { base: { on: 'all', hostname: 'fqdn' } },
      },
    ),
    'HOSTNAME_TOO_LONG',
    'has 74 characters',
    'hostname: short',
  ],
  ...[
    { acl: { default_policy: 'allow' } },
    { ACL: { Default_Policy: 'allow' } },
    { acl: [{ default_policy: 'allow' }] },
    { acl_default_policy: 'allow' },
    { acl: { enabled: false } },
    { acl: { down_policy: 'allow' } },
    { acl: { tokens: { default: 'x' } } },
    { acl: { tokens: { initial_management: 'x' } } },
    { acl_master_token: 'x' },
    { primary_datacenter: 'other' },
    { encrypt: 'x' },
    { encrypt_verify_incoming: false },
    { tls: { internal_rpc: { verify_incoming: false } } },
    { tls: { defaults: { verify_outgoing: false } } },
    { verify_incoming: false },
    { verify_server_hostname: false },
    { ca_file: '/etc/ssl/certs/ca-certificates.crt' },
    { auto_encrypt: { allow_tls: true } },
    { auto_config: { enabled: true } },
    { client_addr: '0.0.0.0' },
    { addresses: { http: '0.0.0.0' } },
    { ports: { http: 80 } },
    { ports: { https: -1 } },
    { bind_addr: '0.0.0.0' },
    { enable_script_checks: true },
    { disable_remote_exec: false },
    { leave_on_terminate: true },
    { autopilot: { min_quorum: 1 } },
    { services: [{ name: 'web' }] },
    { bootstrap: true },
    { node_name: 'x' },
    { data_dir: '/tmp' },
  ].map((value): Case => {
    const path = Object.keys(value)[0] ?? ''
    return [`the setting ${JSON.stringify(value)}`, settings(value), 'CONSUL_SETTING_RESERVED', path, '']
  }),
]

describe('check', () => {
  it('has nothing against the file that the cases are made of', async () => {
    expect(await problemsOf(cluster())).toEqual([])
  })

  it.each(CASES)('refuses %s', async (_, written, code, summary, fix) => {
    const problems = await problemsOf(written)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    const [problem] = problems
    expect(problem?.severity).toBe('error')
    expect(problem?.summary).toContain(summary)
    expect(problem?.fix).toContain(fix)
    expect(problem?.why).not.toBe('')
    expect(problem?.where).toMatchObject({ file: expect.stringContaining('cluster.yaml') as string })
  })

  it('shows the line of a setting, but not one that may hold a secret', async () => {
    const [open] = await problemsOf(settings({ verify_incoming: false }))
    const [secret] = await problemsOf(settings({ acl: { tokens: { default: 'hush' } } }))
    const [roles] = await problemsOf(settings({ encrypt: 'hush' }))
    expect([open, secret, roles].map((one) => one?.where)).toMatchObject([
      { line: 29 },
      { line: 23 },
      { line: 23 },
    ])
  })

  it.each([
    ['zones by their former names', base({ timezone: 'US/Eastern' })],
    ['zones without a region', base({ timezone: 'UTC' })],
    ['zones of three parts', base({ timezone: 'America/Argentina/Buenos_Aires' })],
    ['locales of the C library', base({ locale: 'C.UTF-8' })],
    ['locales that Debian lists without a character set', base({ locale: 'en_IN.UTF-8' })],
    ['entries without a value', server({ kv: { empty: '', no: false, zero: 0, 'a folder/': '' } })],
    [
      'settings that touch nothing of these',
      settings({
        limits: { http_max_conns_per_client: 100 },
        retry_join: ['192.0.2.9'],
        acl: { token_ttl: '60s' },
      }),
    ],
    ['services', service({ check: { http: ':80/' } })],
  ])('lets through %s', async (_, written) => {
    expect(await problemsOf(written)).toEqual([])
  })
})
