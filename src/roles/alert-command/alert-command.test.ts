/** The role `alert-command`, held to the contract of roles, and the program that it lays down. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { poll } from '../../support/poll.ts'
import { run } from '../../support/run.ts'
import { alertmanagerText } from '../../engines/prometheus/alertmanager.ts'
import prometheus from '../prometheus/prometheus.ts'
import type { Role } from '../role.ts'
import alertCommand from './alert-command.ts'
import { problemsOf } from './silence-status.ts'

describeRole({
  role: alertCommand as unknown as Role<never>,
  required: { run: ['/usr/local/bin/flash', 'red light'] },
  samples: {
    'some alerts, by an account of the board': {
      run: ['/usr/local/bin/flash'],
      alerts: ['BoardHot', 'UnderVoltage'],
      user: 'pi',
    },
  },
})

const options = {
  'alert-command': alertCommand.options.parse({ run: ['/bin/true'], alerts: ['BoardHot'] }),
  prometheus: prometheus.options.parse({}),
}

it('is told that nobody raises alerts', () => {
  const codes = (roles: readonly string[]): readonly string[] => {
    const cluster = clusterFixture({ nodes: [{ roles: ['alert-command'] }, { roles }], options })
    const context = {
      options: options['alert-command'],
      cluster,
      nodes: cluster.nodes,
      file: () => {
        throw new Error('none')
      },
    }
    return (alertCommand.findings?.(context) ?? []).map(({ diagnostic }) => diagnostic.code)
  }
  expect(codes([])).toEqual(['ALERTS_FROM_NOBODY'])
  expect(codes(['prometheus'])).toEqual([])
})

it('hears the alerts that it names, and those alone', () => {
  const cluster = clusterFixture({
    nodes: [{ roles: ['alert-command'] }, { roles: ['prometheus'] }],
    options,
  })
  const text = alertmanagerText(cluster, 'prometheus', options.prometheus)
  expect(text).toContain('- alertname=~"BoardHot"')
  expect(text).toContain('url: https://192.0.2.1:9195/')
})

describe('its program', () => {
  let folder: string
  const POSTED =
    '{"receiver":"alert-command on bell","status":"firing","alerts":[{"labels":{"alertname":"DiskFull"}},{"labels":{"alertname":"BoardHot"}}]}'
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bramble-alert-'))
    writeFileSync(join(folder, 'watchers'), 'watcher.office.example.net\n')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function asked(
    request: string,
    command: readonly string[],
    who = 'watcher.office.example.net',
  ): Promise<{ reply: string; ran: string }> {
    writeFileSync(join(folder, 'command'), command.map((word) => `${word}\n`).join(''))
    const program = 'src/roles/alert-command/alert-command.sh'
    const { stdout, stderr } = await run(
      'env',
      [`SOCAT_OPENSSL_X509_COMMONNAME=${who}`, 'sh', program, folder, folder],
      { input: request },
    )
    return { reply: stdout.toString().split('\r\n')[0] ?? '', ran: stderr }
  }
  const post = (body: string, path = '/'): string =>
    `POST ${path} HTTP/1.1\r\nHost: bell\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  it('runs the command with what was posted, and with its words as they were written', async () => {
    const command = [
      '/bin/sh',
      '-c',
      'echo "$ALERT_STATUS|$ALERT_NAMES|$1|$(cat)"',
      'sh',
      "two  words' $HOME",
    ]
    const { reply, ran } = await asked(post(POSTED), command)
    expect(reply).toBe('HTTP/1.1 200 OK')
    expect(ran.trim()).toBe(`firing|BoardHot DiskFull|two  words' $HOME|${POSTED}`)
  })

  it.each([
    [
      'whoever does not watch',
      post(POSTED),
      ['/bin/echo', 'ran'],
      'bell.office.example.net',
      '403 Forbidden',
    ],
    ['a command that is not there', post(POSTED), ['/nowhere/flash'], undefined, '503 Service Unavailable'],
    ['a question whether it could', 'GET / HTTP/1.1\r\n\r\n', ['/bin/echo', 'ran'], undefined, '200 OK'],
    ['no length', 'POST / HTTP/1.1\r\n\r\nx', ['/bin/echo', 'ran'], undefined, '411 Length Required'],
    [
      'far too much',
      'POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n',
      ['/bin/echo', 'ran'],
      undefined,
      '413 Content Too Large',
    ],
  ])('runs nothing for %s', async (_, request, command, who, reply) => {
    expect(await asked(request, command, who)).toEqual({ reply: `HTTP/1.1 ${reply}`, ran: '' })
  })

  it('notes when a watcher was heard, runs nothing for it, and takes what is only repeated for none', async () => {
    const beat = (at: number): string =>
      `{"alerts":[{"annotations":{"beat":"${at}","summary":"x"}}],"commonAnnotations":{"beat":"${at}"}}`
    const noted = (): string => readFileSync(join(folder, 'beat.watcher.office.example.net'), 'utf8')
    const heard = async (at: number): Promise<string> => {
      expect(await asked(post(beat(at), '/watchdog'), ['/bin/echo', 'ran'])).toEqual({
        reply: 'HTTP/1.1 200 OK',
        ran: '',
      })
      return noted()
    }
    expect(await heard(1700000000)).toMatch(/^\d+ 1700000000\n$/)
    writeFileSync(join(folder, 'beat.watcher.office.example.net'), '5 1700000000\n')
    expect(await heard(1700000000)).toBe('5 1700000000\n')
    expect(await heard(1700000030)).toMatch(/^\d+ 1700000030\n$/)
  })

  it('says that a command failed, so that it is run again', async () => {
    const { reply, ran } = await asked(post(POSTED), ['/bin/false'])
    expect(reply).toBe('HTTP/1.1 500 Internal Server Error')
    expect(ran).toContain('/bin/false failed for BoardHot DiskFull (firing)')
  })
})

describe('the program that listens for silence', () => {
  const WATCHER = 'watcher.office.example.net'
  let folder: string
  const ended = new AbortController()
  const read = (name: string): string => {
    const path = join(folder, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const until = async (name: string, text: RegExp): Promise<void> => {
    const look = () => Promise.resolve({ passed: text.test(read(name)), detail: read(name) })
    expect(await poll(look, { patienceSeconds: 30 })).toMatchObject({ passed: true })
  }
  const uptime = (): number => Math.floor(Number.parseFloat(readFileSync('/proc/uptime', 'utf8')))
  const hears = (ago: number): void => writeFileSync(join(folder, `beat.${WATCHER}`), `${uptime() - ago} 1\n`)

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bramble-silence-'))
    writeFileSync(join(folder, 'watchers'), `${WATCHER}\n`)
    const words = [
      '/bin/sh',
      '-c',
      'echo "$ALERT_STATUS $ALERT_NAMES $(cat)" >>"$1"',
      'sh',
      join(folder, 'ran'),
    ]
    writeFileSync(join(folder, 'command'), words.map((word) => `${word}\n`).join(''))
    mkdirSync(join(folder, 'state'))
    const program = ['src/roles/alert-command/alert-silence.sh', folder, folder, join(folder, 'state'), '100']
    run('sh', program, { signal: ended.signal }).catch(() => undefined)
  })
  afterAll(() => {
    ended.abort()
    rmSync(folder, { recursive: true, force: true })
  })

  it('says that one was never heard, and runs nothing for it', async () => {
    await until('looked', /^never watcher\S+\nlooked \d+\n$/)
    expect(problemsOf(`${uptime()}.5 3\n${read('looked')}`)).toEqual([
      'the watchdog of watcher was not heard yet',
    ])
    expect(read('ran')).toBe('')
  })

  it('runs the command once when silence is too long, and once when it is over', async () => {
    hears(3)
    await until('looked', /^heard /)
    expect(problemsOf(`${uptime()}.5 3\n${read('looked')}`)).toEqual([])
    hears(150)
    await until('ran', /^firing WatcherSilent \{.*"node":"watcher".*\n$/)
    await until('looked', /^silent \S+ 15\d/)
    hears(0)
    await until('ran', /^firing .*\nresolved WatcherSilent .*\n$/)
  })

  it('is not taken for well when it looks no more', () => {
    expect(problemsOf('1000.0 1\nheard a.b 3\nlooked 900\n')).toEqual([
      'nobody has listened for silence lately',
    ])
    expect(problemsOf('1000.0 1\n')).toEqual(['nobody has listened for silence lately'])
  })
})
