/** The role `alert-command`, held to the contract of roles, and the program that it lays down. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { run } from '../../support/run.ts'
import { alertmanagerText } from '../prometheus/config.ts'
import prometheus from '../prometheus/prometheus.ts'
import type { Role } from '../role.ts'
import alertCommand from './alert-command.ts'

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
  const text = alertmanagerText(cluster, undefined)
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
      [`SOCAT_OPENSSL_X509_COMMONNAME=${who}`, 'sh', program, folder],
      { input: request },
    )
    return { reply: stdout.toString().split('\r\n')[0] ?? '', ran: stderr }
  }
  const post = (body: string): string =>
    `POST / HTTP/1.1\r\nHost: bell\r\nContent-Length: ${body.length}\r\n\r\n${body}`

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

  it('says that a command failed, so that it is run again', async () => {
    const { reply, ran } = await asked(post(POSTED), ['/bin/false'])
    expect(reply).toBe('HTTP/1.1 500 Internal Server Error')
    expect(ran).toContain('/bin/false failed for BoardHot DiskFull (firing)')
  })
})
