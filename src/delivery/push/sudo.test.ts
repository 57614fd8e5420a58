import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { file } from '../../resources/file/file.ts'
import { run } from '../../support/run.ts'
import type { Dial } from '../transport/transport.ts'
import { converge, observe } from './push.ts'
import type { Unreached } from './push.ts'
import { sudoFailure } from './sudo-failure.ts'

const missing = noScratchNodes ?? (existsSync('/usr/bin/sudo') ? undefined : 'sudo is not installed')
if (missing !== undefined) console.warn(`sudo.test.ts is skipped: ${missing}`)

const quiet = (): void => undefined
const PASSWORD = "correct horse's $battery \\ staple"

/** Users of the scratch node: none of them is known outside of its namespace. */
const prepare = `
for name in free asked stranger ttyonly some pty limited late; do
  useradd --create-home --home-dir /srv/$name --shell /bin/bash $name
  printf '%s:%s\\n' $name "${PASSWORD.replace(/["\\$]/g, '\\$&')}" | chpasswd
done
cat >/etc/sudoers <<'END'
Defaults !lecture
Defaults:ttyonly requiretty
Defaults:pty use_pty
Defaults:pty lecture = always
free ALL=(ALL) NOPASSWD: ALL
ttyonly ALL=(ALL) NOPASSWD: ALL
pty ALL=(ALL) NOPASSWD: ALL
asked ALL=(ALL) ALL
some ALL=(ALL) NOPASSWD: /usr/bin/apt, /usr/bin/systemctl
limited ALL=(daemon) NOPASSWD: ALL
END
mkdir /run/nothing
for tool in sh env bash; do ln -s "$(command -v $tool)" /run/nothing/$tool; done
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

  it('leads to root through a terminal that sudo makes by itself, and past its lecture', async () => {
    expect(await attempt('pty', 'nopasswd')).toMatchObject({ reached: true, summary: { changed: 1 } })
    expect(await node.text('/srv/greeting')).toBe('hello\n')
  })

  it('says what in the rules wants a terminal, and what is typed against it works', async () => {
    const wanting = failure(await attempt('ttyonly', 'nopasswd'))
    expect(wanting).toMatchObject({ code: 'SUDO_NEEDS_TERMINAL' })
    expect(wanting.why).toContain('`Defaults requiretty`')
    const line = /put this line there: (.*)$/.exec(wanting.fix)?.[1] ?? ''
    await node.inside('sh', '-c', `echo '${line}' >>/etc/sudoers`)
    expect(await attempt('ttyonly', 'nopasswd')).toMatchObject({ reached: true })
  })

  it.each(['some', 'limited'])(
    'says that the rules name the user for other things only (%s)',
    async (user) => {
      const refused = failure(await attempt(user, 'nopasswd'))
      expect(['SUDO_LIMITED', 'SUDO_PASSWORD_NEEDED']).toContain(refused.code)
      const withPassword = failure(await attempt(user, 'password', PASSWORD))
      expect(withPassword).toMatchObject({ code: 'SUDO_LIMITED' })
      expect(withPassword.summary).toBe(`sudo on ada does not let ${user} run a shell as root`)
    },
  )

  it('says that there is no sudo', async () => {
    const bare = await scratchNode({ prepare, sshd: ['SetEnv PATH=/run/nothing'] })
    try {
      const transport = await bare.transport([bare.dial('ada', { user: 'free', sudo: 'nopasswd' })])
      expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({
        failure: { code: 'SUDO_MISSING' },
      })
      await transport.close()
    } finally {
      await bare.remove()
    }
  })

  it('says that the rules are broken, not that the user is not among them', async () => {
    await node.inside('sh', '-c', 'cp -p /etc/sudoers /run/rules; chmod 666 /etc/sudoers')
    const broken = failure(await attempt('free', 'nopasswd'))
    await node.inside('sh', '-c', 'cp -p /run/rules /etc/sudoers')
    expect(broken).toMatchObject({ code: 'SUDO_UNUSABLE' })
    expect(broken.summary).toMatch(/\/etc\/sudoers/)
  })

  it.each([
    ['sudo: Account or password is expired, reset your password and try again', 'LOGIN_ACCOUNT_EXPIRED'],
    ['sudo: account validation failure, is your account locked?', 'LOGIN_ACCOUNT_EXPIRED'],
    ['sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set', 'SUDO_UNUSABLE'],
    ['sudo: The "no new privileges" flag is set, which prevents sudo from running as root.', 'SUDO_UNUSABLE'],
    [
      "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set?",
      'SUDO_UNUSABLE',
    ],
    ['sudo: no valid sudoers sources found, quitting', 'SUDO_UNUSABLE'],
    ["sudo: I'm sorry ada. I'm afraid I can't do that", 'SUDO_LIMITED'],
    ['sudo: interactive authentication is required', 'SUDO_PASSWORD_NEEDED'],
    ['ada is not in the sudoers file.\nsudo: a way out', 'SUDO_REFUSED'],
    ["env: can't execute 'sudo': No such file or directory", 'SUDO_MISSING'],
  ])('takes %j for its own cause', (text, code) => {
    expect(sudoFailure(text, { node: 'ada', user: 'ada', passwordGiven: true }, {})?.code).toBe(code)
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
