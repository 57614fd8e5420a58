/** What an apply would fail on, long after the first nodes were changed, is refused when the cluster file is read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, describe } from 'vitest'
import { stringify } from 'yaml'
import { openCluster } from '../../src/cluster/open.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'

type Parts = Readonly<Record<string, unknown>>

/** Three servers and a client; `options` are those of consul-server. */
function cluster(options: Parts = {}, more: Parts = {}, base: Parts = {}): Parts {
  const board = { model: 'pi4', memory: '4GiB' }
  return {
    cluster: 'office',
    domain: 'office.example.net',
    nodes: {
      a: { address: '192.0.2.1', ...board },
      b: { address: '192.0.2.2', ...board },
      c: { address: '192.0.2.3', ...board },
      d: { address: '192.0.2.4', ...board },
    },
    roles: {
      base: { on: 'all', ...base },
      'consul-server': { on: ['a', 'b', 'c'], version: '1.19.2', ...options },
      'consul-client': { on: 'd' },
    },
    ...more,
  }
}

const server = (options: Parts): Parts => cluster(options)
const base = (options: Parts): Parts => cluster({}, {}, options)
const settings = (value: Parts): Parts => server({ settings: value })
const rules = (text: string): Parts => server({ policies: { app: { rules: text } } })
const service = (value: Parts): Parts => cluster({}, { services: { web: { on: 'd', port: 80, ...value } } })

async function problemsOf(written: Parts): Promise<readonly Diagnostic[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-refused-'))
  try {
    writeFileSync(join(folder, 'cluster.yaml'), stringify(written))
    const opened = await openCluster({ folder, lab: false })
    return 'cluster' in opened ? opened.cluster.diagnostics : opened.diagnostics
  } finally {
    rmSync(folder, { recursive: true })
  }
}

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
      { line: 30 },
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
