/** Names in the cluster file that a program on the nodes would not know, and numbers that two accounts cannot share. */
import { describe, expect, it } from 'vitest'
import { base, cluster, problemsOf, server, settings, type Parts } from './written-cluster.ts'

/** What is written, what is said of it and what to type. */
type Case = readonly [title: string, written: Parts, code: string, summary: string, fix: string]

const CASES: readonly Case[] = [
  [
    'a setting of Consul with a slip of the finger',
    server({ version: '1.22.7', settings: { log_levle: 'debug' } }),
    'CONSUL_SETTING_UNKNOWN',
    'log_levle is no setting of Consul',
    'did you mean log_level?',
  ],
  [
    'one in a map, of a client',
    cluster({ version: '1.19.2' }, {}, {}, { settings: { telemetry: { prometheus_retention: '1h' } } }),
    'CONSUL_SETTING_UNKNOWN',
    'telemetry.prometheus_retention',
    'did you mean telemetry.prometheus_retention_time?',
  ],
  [
    'one that belongs into a map',
    server({ version: '1.22.7', settings: { raft_multiplier: 1 } }),
    'CONSUL_SETTING_UNKNOWN',
    'raft_multiplier',
    'did you mean performance.raft_multiplier?',
  ],
  [
    'two users with one number',
    base({ users: { ada: { uid: 2000 }, bob: { uid: 2001 }, eve: { uid: 2000 } } }),
    'DUPLICATE_ACCOUNT_ID',
    'eve and ada have the same uid, 2000',
    'give eve another uid',
  ],
  [
    'two groups with one number',
    base({ groups: { media: { gid: 3000 }, music: { gid: 3000 } } }),
    'DUPLICATE_ACCOUNT_ID',
    'music and media have the same gid, 3000',
    'give music another gid',
  ],
]

describe('check', () => {
  it.each(CASES)('refuses %s', async (_, written, code, summary, fix) => {
    const [problem, ...others] = await problemsOf(written)
    expect(others).toEqual([])
    expect(problem).toMatchObject({
      code,
      severity: 'error',
      where: { file: expect.stringContaining('cluster.yaml') as string },
    })
    expect(problem?.summary).toContain(summary)
    expect(problem?.fix).toContain(fix)
  })

  it('warns of a setting that only a Consul newer than its list can have', async () => {
    const [warning, ...others] = await problemsOf(settings({ log_levle: 'debug' }))
    expect(others).toEqual([])
    expect(warning).toMatchObject({
      code: 'CONSUL_SETTING_NOT_KNOWN',
      severity: 'warning',
      where: { line: 29, file: expect.stringContaining('cluster.yaml') as string },
    })
    expect(warning?.fix).toContain('did you mean log_level?')
  })

  it('warns of a keyword of the SSH server before a node has said what it runs', async () => {
    const written = base({ ssh: { settings: { MaxAuthTires: '3', Match: 'User bob', maxsessions: '4' } } })
    const problems = await problemsOf(written)
    expect(problems).toMatchObject([
      { code: 'SSHD_KEYWORD_NOT_KNOWN', severity: 'warning', fix: 'did you mean MaxAuthTries?' },
      { code: 'SSHD_KEYWORD_NOT_KNOWN', summary: expect.stringMatching(/^Match /) as string },
    ])
    expect(problems.map(({ where }) => where)).toMatchObject([{ line: 25 }, { line: 26 }])
  })

  it('refuses it once one has', async () => {
    const written = base({ ssh: { settings: { MaxAuthTires: '3' } } })
    const lock = { version: 1, nodes: { b: { os_release: 'trixie' } } }
    expect(await problemsOf(written, lock)).toMatchObject([
      {
        code: 'SSHD_KEYWORD_UNKNOWN',
        severity: 'error',
        why: expect.stringContaining('b (Debian trixie)') as string,
        fix: 'did you mean MaxAuthTries?',
      },
    ])
  })

  it.each([
    [
      'settings in the forms that Consul takes',
      settings({
        Log_Level: 'debug',
        telemetry: [{ disable_hostname: true }],
        watches: [{ type: 'key', anything: 1 }],
        http_config: { response_headers: { 'X-Any': 'thing' } },
        tls: undefined,
      }),
    ],
    [
      'keywords of the SSH server in any case',
      base({ ssh: { settings: { maxAUTHtries: '3', ChannelTimeout: '*=10m', RSAAuthentication: 'no' } } }),
    ],
  ])('lets through %s', async (_, written) => {
    expect(await problemsOf(written)).toEqual([])
  })
})
