/** The kind `file`: a regular file with its bytes, mode and owner. */
import { z } from 'zod'
import { contentOf, defineKind, type Content, type LocalAddress } from '../kind.ts'

/** An absolute path in normal form: no `//`, `/./`, `/../`, no trailing slash, no control character. */
export const absolutePath = z
  .string()
  .regex(/^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)+$/u, 'must be an absolute path in normal form')

/** Permission bits in octal, without a leading zero, as `stat -c %a` prints them. */
export const fileMode = z.string().regex(/^[1-7][0-7]{2,3}$|^[0-7]{3}$/, 'must be an octal mode such as 644')

function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && 'sha256' in value && 'bytes' in value
}

const fileOptions = z.object({
  path: absolutePath.describe('Absolute path on the node.'),
  content: z
    .union([z.string(), z.instanceof(Uint8Array), z.custom<Content>(isContent)])
    .optional()
    .describe(
      'The bytes of the file; text is written as UTF-8. A release is given as the content that it was fetched as.',
    ),
  state: z.enum(['present', 'absent']).default('present').describe('`absent` removes the file.'),
  mode: fileMode.default('644').describe('Permission bits in octal.'),
  owner: z.string().default('root').describe('Name of the owning user.'),
  group: z.string().default('root').describe('Name of the owning group.'),
  sensitive: z.boolean().default(false).describe('The content is secret: it shows in no plan, diff or log.'),
  validate: z
    .array(z.string())
    .default([])
    .describe(
      'Program and arguments that check the new content before it goes live; `{}` stands for its path.',
    ),
})

/** What file takes. */
export type FileOptions = z.input<typeof fileOptions>

/** The folders above a path, nearest first, as soft needs: `/a/b/c` is after `directory:/a/b` and `directory:/a`. */
export function foldersAbove(path: string): LocalAddress[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index): LocalAddress => `directory:/${parts.slice(0, parts.length - index).join('/')}`)
}

/** The soft needs of what belongs to a user and a group. */
export function ownersOf(owner: string, group: string): LocalAddress[] {
  return [`user:${owner}`, `group:${group}`]
}

/** A regular file. Replaced atomically; what was there before is put back when the resource is removed. */
export const file = defineKind<FileOptions>({
  name: 'file',
  summary: 'A regular file with its content, mode and owner.',
  stage: 50,
  converges: 'each',
  options: fileOptions,
  resource: (given) => {
    const options = fileOptions.parse(given)
    const present = options.state === 'present'
    if (present && options.content === undefined) throw new Error(`file ${options.path} has no content`)
    const bytes = options.content ?? ''
    const content = isContent(bytes) ? bytes : contentOf(bytes, options.sensitive)
    const contents: Content[] = present ? [content] : []
    return {
      name: options.path,
      row: [
        options.state,
        contents[0]?.sha256 ?? '-',
        options.mode,
        options.owner,
        options.group,
        options.sensitive || content.sensitive ? 'secret' : 'plain',
        ...options.validate,
      ],
      contents,
      after: [...foldersAbove(options.path), ...ownersOf(options.owner, options.group)],
    }
  },
})

export default file.kind
