/** The kind `sshd-config`: settings of the SSH server, as a drop-in whose values are in force. */
import { z } from 'zod'
import { absolutePath, foldersAbove } from '../file/file.ts'
import { contentOf, defineKind } from '../kind.ts'
import { unitName } from '../service/service.ts'

const setting = z.strictObject({
  keyword: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be a keyword of sshd_config')
    .describe('Keyword, such as X11Forwarding.'),
  value: z
    .string()
    .regex(/^[^\p{Cc}]+$/u, 'must be one line')
    .describe('Its value; with a `-` in front names that are taken out of a list.'),
  always: z
    .boolean()
    .default(false)
    .describe('It holds for everybody: no `Match` block of another file makes an exception.'),
})

const sshdConfigOptions = z.strictObject({
  path: absolutePath.describe('The drop-in, in a folder that sshd_config includes.'),
  settings: z.array(setting).min(1).describe('Keywords and values of sshd_config(5), the first one wins.'),
  user: z
    .string()
    .describe('Whose login counts where a `Match` block asks for a user: the one we log in as.'),
  unit: unitName.default('ssh.service').describe('The unit of the SSH server.'),
})

/** What sshdConfig takes. */
export type SshdConfigOptions = z.input<typeof sshdConfigOptions>

/**
 * Settings of the SSH server. What counts is what `sshd -T` says is in force, not that our file is there: another drop-in,
 * an sshd_config that does not include the folder, `Match` blocks and the options in /etc/default/ssh can win over it. Then the
 * plan tells the value in force and the line that it comes from, and an apply makes our drop-in the first that sshd reads:
 * the first value that it finds wins (sshd_config(5)). A value such as `-hmac-sha1*` takes names out of the server's own list,
 * so no version is given a name that it does not know.
 *
 * @example sshdConfig({ path: '/etc/ssh/sshd_config.d/10-x.conf', user: 'pi', settings: [{ keyword: 'X11Forwarding', value: 'no' }] })
 */
export const sshdConfig = defineKind<SshdConfigOptions>({
  name: 'sshd-config',
  summary: 'Settings of the SSH server that are in force.',
  stage: 50,
  converges: 'each',
  uses: ['file', 'foreign-files'],
  options: sshdConfigOptions,
  resource: (given) => {
    const { path, settings, user, unit } = sshdConfigOptions.parse(given)
    const line = ({ keyword, value }: { keyword: string; value: string }): string => `${keyword} ${value}\n`
    const always = settings.filter((one) => one.always)
    const match = always.length === 0 ? '' : `Match all\n${always.map((one) => `  ${line(one)}`).join('')}`
    const text = settings.map(line).join('') + match
    const small = settings.map(({ keyword, value }) => ({ keyword: keyword.toLowerCase(), value }))
    const plain = small.filter(({ value }) => !value.startsWith('-'))
    const takenOut = small.filter(({ value }) => value.startsWith('-'))
    return {
      name: path,
      row: [user, unit, plain.map(({ keyword }) => keyword).join(' '), takenOut.map(line).join(''), text],
      // For the plan alone: the text is in the row.
      contents: [contentOf(text)],
      after: foldersAbove(path),
      digestOf: ['sshd-config', path, text],
    }
  },
})

export default sshdConfig.kind
