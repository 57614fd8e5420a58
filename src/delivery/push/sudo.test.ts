import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { file } from '../../resources/file/file.ts'
import { run } from '../../support/run.ts'
import type { Dial } from '../transport/transport.ts'
import { converge, observe } from './push.ts'
import type { Unreached } from './push.ts'

const missing = noScratchNodes ?? (existsSync('/usr/bin/sudo') ? undefined : 'sudo is not installed')
if (missing !== undefined) console.warn(`sudo.test.ts is skipped: ${missing}`)

const quiet = (): void => undefined
const PASSWORD = "correct horse's $battery \\ staple"

/** Users of the scratch node: none of them is known outside of its namespace. */
const prepare = `
for name in free asked stranger; do
  useradd --create-home --home-dir /srv/$name --shell /bin/bash $name
  printf '%s:%s\\n' $name "${PASSWORD.replace(/["\\$]/g, '\\$&')}" | chpasswd
done
printf 'Defaults !lecture\\nfree ALL=(ALL) NOPASSWD: ALL\\nasked ALL=(ALL) ALL\\n' >/etc/sudoers
chmod 440 /etc/sudoers
`

describe.skipIf(missing !== undefined)('sudo on a node', () => {
  let node: ScratchNode
  beforeAll(async () => {
    node = await scratchNode({ prepare, sshd: ['PermitUserEnvironment no'] })
  })
  afterAll(() => node.remove())

  const program = programOf('ada', [file({ path: '/srv/greeting', content: 'hello\n' })])

  async function attempt(user: string, sudo: Dial['sudo'], password?: string) {
    const transport = await node.transport([node.dial('ada', { user, sudo })], {
      ...(password !== undefined && { sudoPassword: () => Promise.resolve(password) }),
    })
    await node.inside('sh', '-c', 'rm -rf /srv/greeting /var/lib/bramble/* /run/bramble')
    const push = pushRun(transport)
    const found = await observe(push, program, 'apply', quiet, { link: false })
    const done = found.reached ? await converge(push, program, found, quiet) : found
    await transport.close()
    return done
  }

  const failure = (done: { reached: boolean }) => (done as Unreached).failure

  it('leads to root without a password', async () => {
    expect(await attempt('free', 'nopasswd')).toMatchObject({ reached: true, summary: { changed: 1 } })
    expect(await node.text('/srv/greeting')).toBe('hello\n')
  })

  it('leads to root with a password, whether it asks for it or not', async () => {
    expect(await attempt('asked', 'password', PASSWORD)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
    expect(await attempt('free', 'password', PASSWORD)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
    expect(await node.text('/srv/greeting')).toBe('hello\n')
  })

  it('is SUDO_PASSWORD_NEEDED when nobody was asked for one', async () => {
    expect(failure(await attempt('asked', 'nopasswd'))).toMatchObject({ code: 'SUDO_PASSWORD_NEEDED' })
    expect(failure(await attempt('asked', 'password'))).toMatchObject({ code: 'SUDO_PASSWORD_NEEDED' })
  })

  it('is SUDO_PASSWORD_WRONG after one attempt', async () => {
    const wrong = failure(await attempt('asked', 'password', 'guess'))
    expect(wrong).toMatchObject({ code: 'SUDO_PASSWORD_WRONG' })
    expect(wrong.output?.join(' ')).toMatch(/1 incorrect password attempt/)
    expect(JSON.stringify(wrong)).not.toContain('guess')
  })

  it('is SUDO_REFUSED for a user that its rules do not name', async () => {
    expect(failure(await attempt('stranger', 'password', PASSWORD))).toMatchObject({ code: 'SUDO_REFUSED' })
  })

  it('gets the password on its input alone: it is in no argument, no environment and no file', async () => {
    const transport = await node.transport([node.dial('ada', { user: 'asked', sudo: 'password' })], {
      sudoPassword: () => Promise.resolve(PASSWORD),
    })
    const push = pushRun(transport)
    const found = await observe(push, program, 'apply', quiet, { link: true })
    const processes = 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null'
    const there = await node.inside(
      'sh',
      '-c',
      `${processes}; cat $(find /run/bramble /var/lib/bramble -type f)`,
    )
    const here = await run('sh', ['-c', processes])
    expect(found.reached).toBe(true)
    // The connection is held open, so what it was started with can be seen.
    expect(there.stdout.toString()).toContain(push.run)
    expect(here.stdout.toString()).toContain(push.run)
    expect(there.stdout.toString()).not.toContain('battery')
    expect(here.stdout.toString()).not.toContain('battery')
    if (found.reached) await found.letGo()
    await transport.close()
  })
})
