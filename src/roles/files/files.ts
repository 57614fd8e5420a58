/** The role `files`: files and folders of your own. */
import { z } from 'zod'
import { USER_NAME, text, type TextForm } from '../../cluster-file/forms.ts'
import { directory } from '../../resources/directory/directory.ts'
import { absolutePath, file } from '../../resources/file/file.ts'
import { contentOf, type Content, type Resource } from '../../resources/kind.ts'
import { beside } from '../../wishes/file-wish.ts'
import { templateFindings, filledTemplate } from '../../wishes/template-file.ts'
import { defineRole, type RoleContext } from '../role.ts'

const MODE: TextForm = {
  pattern: /^0?[0-7]{3}$|^0?[1-7][0-7]{3}$/,
  problem: 'is no octal mode',
  fix: 'write three or four octal digits such as 644, 755 or 600',
}

/** What a use makes: exactly one of these keys. */
const SORTS = ['content', 'source', 'template', 'folder', 'absent'] as const

const filesOptions = z
  .strictObject({
    path: absolutePath.meta({ description: 'Absolute path on the node.' }),
    content: z.string().optional().meta({ description: 'The text of the file, written out.' }),
    source: beside('The file beside the cluster file whose bytes it has; text or not.'),
    template: beside(
      'The file beside the cluster file that is filled in: `@{node.name}`, `@{node.labels.room}`, `@{each other in all}`.',
    ),
    folder: z.literal(true).optional().meta({ description: 'A folder; what is in it is left alone.' }),
    absent: z.literal(true).optional().meta({
      description: 'There is no such file; what was there comes back when this use leaves the cluster file.',
    }),
    owner: text(USER_NAME).default('root').meta({ description: 'Name of the owning user.' }),
    group: text(USER_NAME)
      .optional()
      .meta({ description: 'Name of the owning group; that of the owner when left out.' }),
    mode: text(MODE)
      .transform((mode) => mode.replace(/^0/, ''))
      .optional()
      .meta({
        description:
          'Permission bits in octal, such as "600"; 644 for a file, 755 for a folder, 600 for a secret when left out.',
      }),
    secret: z.boolean().default(false).meta({ description: 'The content shows in no plan, diff or log.' }),
  })
  .superRefine((options, context) => {
    const said = SORTS.filter((sort) => options[sort] !== undefined)
    if (said.length === 1) return
    const problem = said.length === 0 ? 'has no content' : `has ${said.join(' and ')}`
    const fix = `write one of ${SORTS.join(', ')}`
    context.addIssue({
      code: 'custom',
      path: said.length > 1 ? [said[1] ?? ''] : [],
      message: problem,
      params: { fix },
    })
  })

type FilesOptions = z.output<typeof filesOptions>

function contentFor(
  { options, node, cluster, file: read }: RoleContext<FilesOptions>,
  secret: boolean,
): Content {
  const { content, source, template } = options
  if (source !== undefined) return read(source)
  if (template !== undefined) return filledTemplate(read(template), node, cluster)
  return contentOf(content ?? '', secret)
}

function resources(context: RoleContext<FilesOptions>): Resource[] {
  const { path, folder, absent, owner, group = owner, content = '' } = context.options
  const secret = context.options.secret || context.cluster.isSecret(content)
  if (folder === true) return [directory({ path, owner, group, mode: context.options.mode ?? '755' })]
  if (absent === true) return [file({ path, state: 'absent' })]
  const mode = context.options.mode ?? (secret ? '600' : '644')
  return [file({ path, content: contentFor(context, secret), owner, group, mode, sensitive: secret })]
}

/** Files and folders of your own: with their contents written out, from a file beside the cluster file, or filled into a template. */
const files = defineRole({
  name: 'files',
  summary:
    'Files and folders of your own, with contents written out, from files beside the cluster file, or from templates.',
  pace: 'together',
  options: filesOptions,
  uses: 'several',
  files: ({ source, template, secret }) => [
    ...(source === undefined ? [] : [{ path: source, option: 'source', secret }]),
    ...(template === undefined ? [] : [{ path: template, option: 'template', secret }]),
  ],
  findings: ({ options: { template }, ...context }) =>
    template === undefined ? [] : templateFindings(template, context),
  resources,
})

export default files
