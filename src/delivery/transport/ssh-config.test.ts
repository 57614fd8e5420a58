import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../support/run.ts'
import type { Dial } from './dial.ts'
import { sshConfig } from './ssh-config.ts'
import type { SshConfigOptions } from './ssh-config.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble config 100% "'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const dial = (node: string, more: Partial<Dial> = {}): Dial => ({
  node,
  host: '192.0.2.1',
  port: 22,
  user: 'pi',
  sudo: 'nopasswd',
  ...more,
})

/** What ssh itself makes of the configuration for one node. */
async function understood(node: string, options: Partial<SshConfigOptions>): Promise<Map<string, string>> {
  const file = join(folder, 'config')
  const text = sshConfig({
    dials: [],
    knownHostsFile: join(folder, 'known_hosts'),
    connectTimeoutSeconds: 10,
    pinned: new Set(),
    batch: true,
    includes: [],
    ...options,
  })
  writeFileSync(file, text, { mode: 0o600 })
  const { code, stdout } = await run('ssh', ['-G', '-F', file, node])
  expect(code).toBe(0)
  const lines = stdout.toString().split('\n')
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]))
}

describe('the configuration for ssh', () => {
  it('says where a node is and under which name its key is pinned', async () => {
    const seen = await understood('ada', { dials: [dial('ada', { host: '2001:db8::5', port: 2222 })] })
    expect(seen.get('hostname')).toBe('2001:db8::5')
    expect(seen.get('port')).toBe('2222')
    expect(seen.get('user')).toBe('pi')
    expect(seen.get('hostkeyalias')).toBe('ada')
    expect(seen.get('batchmode')).toBe('yes')
  })

  it('takes any folder name for what it is', async () => {
    const identityFile = join(folder, 'id')
    const seen = await understood('ada', { dials: [dial('ada', { identityFile })] })
    expect(seen.get('userknownhostsfile')).toBe(join(folder, 'known_hosts'))
    // -G shows this one before its tokens are expanded.
    expect(seen.get('identityfile')).toBe(identityFile.replace('%', '%%'))
  })

  it('accepts a new key only for a node that has none yet', async () => {
    const dials = [dial('ada'), dial('bob')]
    const pinned = new Set(['ada'])
    expect((await understood('ada', { dials, pinned })).get('stricthostkeychecking')).toBe('true')
    expect((await understood('bob', { dials, pinned })).get('stricthostkeychecking')).toBe('accept-new')
  })

  it('goes through another node or a jump of its own, whose keys are pinned in the same file', async () => {
    const dials = [
      dial('ada'),
      dial('bob', { via: 'ada' }),
      dial('eve', { via: 'jan@gate.example.net:2200' }),
    ]
    expect((await understood('bob', { dials })).get('proxyjump')).toBe('ada')
    expect((await understood('eve', { dials })).get('proxyjump')).toBe('jan@gate.example.net:2200')
    const jump = await understood('gate.example.net', { dials })
    expect(jump.get('userknownhostsfile')).toBe(join(folder, 'known_hosts'))
    expect(jump.get('stricthostkeychecking')).toBe('accept-new')
  })

  it("lets the user's own files add what ours do not say, and change nothing that they say", async () => {
    const own = join(folder, 'own')
    mkdirSync(own, { recursive: true })
    const file = join(own, 'config')
    writeFileSync(
      file,
      'Host *\n  ControlMaster auto\n  RequestTTY force\n  IdentityFile /keys/mine\n  User wrong\n',
      {
        mode: 0o600,
      },
    )
    const seen = await understood('ada', { dials: [dial('ada')], includes: [file, join(own, 'missing')] })
    expect(seen.get('identityfile')).toBe('/keys/mine')
    expect(seen.get('user')).toBe('pi')
    expect(seen.get('controlmaster')).toBe('false')
    expect(seen.get('requesttty')).toBe('false')
  })

  it("heeds what the user's own files say of the address of a node, and changes nothing that ours say", async () => {
    const file = join(folder, 'by-address')
    const own =
      'Host 192.0.2.*\n  IdentityFile /keys/by-address\n  CertificateFile /keys/certificate\n  IdentityAgent /agents/mine\n' +
      '  ProxyJump gate.example.net\n  User wrong\n  Port 99\n  RequestTTY force\n  BatchMode no\n' +
      'Host 198.51.100.*\n  IdentityFile /keys/of-others\n' +
      'Match host 192.0.2.1\n  ServerAliveInterval 99\n  Compression yes\n'
    writeFileSync(file, own, { mode: 0o600 })
    const seen = await understood('ada', { dials: [dial('ada')], includes: [file] })
    expect(seen.get('identityfile')).toBe('/keys/by-address')
    expect(seen.get('certificatefile')).toBe('/keys/certificate')
    expect(seen.get('identityagent')).toBe('/agents/mine')
    expect(seen.get('proxyjump')).toBe('gate.example.net')
    expect(seen.get('compression')).toBe('yes')
    const ours = [
      'user',
      'port',
      'hostname',
      'hostkeyalias',
      'batchmode',
      'requesttty',
      'serveraliveinterval',
    ]
    expect(ours.map((key) => seen.get(key))).toEqual(['pi', '22', '192.0.2.1', 'ada', 'yes', 'false', '5'])
    const via = await understood('bob', {
      dials: [dial('ada'), dial('bob', { via: 'ada' })],
      includes: [file],
    })
    expect(via.get('proxyjump')).toBe('ada')
  })

  it('leaves terminals and multiplexing to the user where somebody is at the terminal', async () => {
    const seen = await understood('ada', { dials: [dial('ada')], batch: false })
    expect(seen.get('batchmode')).toBe('no')
    expect(seen.get('requesttty')).toBe('auto')
  })
})
