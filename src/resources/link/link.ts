/** The kind `link`: a symbolic link. */
import { z } from 'zod'
import { absolutePath, foldersAbove } from '../file/file.ts'
import { defineKind } from '../kind.ts'

const linkOptions = z
  .strictObject({
    path: absolutePath.describe('Absolute path of the link on the node.'),
    target: z
      .string()
      // eslint-disable-next-line no-control-regex
      .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not hold a control character')
      .optional()
      .describe('What the link points to, as it is written into it; it need not be there.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` removes the link.'),
  })
  .refine(({ state, target }) => state === 'absent' || target !== undefined, 'a link needs a target')

/** What link takes. */
export type LinkOptions = z.input<typeof linkOptions>

/**
 * A symbolic link. It takes the place of a file or another link, which removal puts back; never that of a folder.
 *
 * @example link({ path: '/etc/resolv.conf', target: '/run/systemd/resolve/stub-resolv.conf' })
 */
export const link = defineKind<LinkOptions>({
  name: 'link',
  summary: 'A symbolic link.',
  stage: 52,
  converges: 'each',
  uses: ['file'],
  options: linkOptions,
  resource: (given) => {
    const { path, target, state } = linkOptions.parse(given)
    return { name: path, row: [state, target ?? ''], after: foldersAbove(path) }
  },
})

export default link.kind
