/** The role `units`: units of systemd, those of packages and your own. */
import { z } from 'zod'
import { UNIT_NAME, text, type TextForm } from '../../cluster-file/forms.ts'
import { directory } from '../../resources/directory/directory.ts'
import { absolutePath, file } from '../../resources/file/file.ts'
import { addressOf, contentOf, type Content, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { beside } from '../../wishes/file-wish.ts'
import { defineRole, type RoleContext } from '../role.ts'

const DROP_IN: TextForm = {
  pattern: /^[A-Za-z0-9_.-]+$/,
  problem: 'cannot name a drop-in',
  fix: 'write a word such as limits: it becomes limits.conf',
}

const paths = z.array(absolutePath).default([])

const unitsOptions = z
  .strictObject({
    unit: text(UNIT_NAME).meta({ description: 'Name of the unit; `.service` may be left out.' }),
    enabled: z
      .union([z.boolean(), z.literal('masked')])
      .default(true)
      .meta({ description: 'Whether it starts with the node; `masked`: it cannot be started at all.' }),
    running: z
      .boolean()
      .optional()
      .meta({ description: 'Whether it runs; as `enabled` says when left out.' }),
    content: z.string().optional().meta({ description: 'Text of its unit file, for a unit of your own.' }),
    source: beside('The file beside the cluster file that is its unit file.'),
    drop_in: z.record(z.string().regex(DROP_IN.pattern), z.string()).default({}).meta({
      description: 'Texts that are put beside a unit file of others (systemd.unit(5), drop-ins), by name.',
    }),
    reads: paths.meta({
      description:
        'Files of the cluster file that it reads when it starts: it is restarted when it was started with others.',
    }),
    reloads: paths.meta({ description: 'Files of the cluster file that it takes up by a reload.' }),
  })
  .superRefine((options, context) => {
    const issue = (path: string, message: string, fix: string): void => {
      context.addIssue({ code: 'custom', path: [path], message, params: { fix } })
    }
    if (options.content !== undefined && options.source !== undefined)
      issue('source', 'is a second text of the unit file', 'write one of content, source')
    if (options.enabled === 'masked' && options.running === true)
      issue('running', 'is true for a masked unit', 'write  enabled: true, or take running out')
    if (options.enabled === 'masked' && (options.content ?? options.source) !== undefined)
      issue('enabled', 'masks a unit of your own', 'take the use out: the unit goes with it')
  })

type UnitsOptions = z.output<typeof unitsOptions>

function nameOf(unit: string): string {
  return /\.[a-z]+$/.test(unit) ? unit : `${unit}.service`
}

function unitFile({ options: { unit, content, source }, file: read }: RoleContext<UnitsOptions>): Resource[] {
  const bytes: Content | undefined =
    source !== undefined ? read(source) : content === undefined ? undefined : contentOf(content)
  return bytes === undefined ? [] : [file({ path: `/etc/systemd/system/${nameOf(unit)}`, content: bytes })]
}

function dropIns({ unit, drop_in }: UnitsOptions): Resource[] {
  const texts = Object.entries(drop_in)
  if (texts.length === 0) return []
  const folder = `/etc/systemd/system/${nameOf(unit)}.d`
  return [
    directory({ path: folder }),
    ...texts.map(([name, content]) =>
      file({ path: `${folder}/${name.replace(/\.conf$/, '')}.conf`, content }),
    ),
  ]
}

function files(all: readonly string[]): LocalAddress[] {
  return all.map((path): LocalAddress => `file:${path}`)
}

function resources(context: RoleContext<UnitsOptions>): Resource[] {
  const { options } = context
  const { unit, enabled, running = enabled === true, reads, reloads } = options
  const texts = [...unitFile(context), ...dropIns(options)]
  return [
    ...texts,
    service({
      name: nameOf(unit),
      enabled: enabled === 'masked' ? 'masked' : enabled ? 'yes' : 'no',
      state: running ? 'running' : 'stopped',
      restartOn: [...texts.filter(({ kind }) => kind === 'file').map(addressOf), ...files(reads)],
      reloadOn: files(reloads),
      broughtByOthers: running && texts.length === 0,
    }),
  ]
}

/** Units of systemd: enabled and running or not, masked, with drop-ins, or with a unit file of your own. */
const units = defineRole({
  name: 'units',
  summary:
    'Units of systemd: enabled and running or not, masked, with drop-ins, or with unit files of your own.',
  options: unitsOptions,
  uses: 'several',
  files: ({ source }) => (source === undefined ? [] : [{ path: source, option: 'source' }]),
  resources,
})

export default units
