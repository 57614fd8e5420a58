/** The kind `mount`: a file system that is mounted now and at every boot. */
import { z } from 'zod'
import { absolutePath, foldersAbove } from '../file/file.ts'
import { defineKind } from '../kind.ts'
import { diskUnit, mountUnit } from './units.ts'

/** What shows in /proc/self/mountinfo under the name it has in fstab, so that it can be compared with what is wanted. */
const VISIBLE_OPTIONS = ['ro', 'noatime', 'nodiratime', 'relatime', 'nosuid', 'nodev', 'noexec']

/** Escapes a field as getmntent(3) reads it and as mountinfo shows it (proc(5)). */
function escaped(field: string): string {
  return field.replace(/[ \\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

const option = z
  .string()
  .regex(/^[^\s,\p{Cc}]+$/u, 'must be one mount option, without commas')
  .describe('One mount option.')

const mountOptions = z
  .object({
    path: absolutePath.describe('Folder at which the file system is mounted; made when it is not there.'),
    source: z
      .string()
      .regex(
        /^[^#\p{Cc}][^\p{Cc}]*$/u,
        'must be a device, UUID=…, LABEL=…, server:/folder or a word such as tmpfs',
      )
      .optional()
      .describe('Device, `UUID=…`, `LABEL=…`, `server:/folder`, or a word such as `tmpfs`.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` unmounts it and takes its line out of /etc/fstab.'),
    type: z
      .string()
      .regex(/^[a-z0-9._-]+$/, 'must be a file system type')
      .default('auto')
      .describe('Type of the file system; `auto` looks at the device.'),
    options: z
      .array(option)
      .default([])
      .describe('Mount options. Passwords do not belong here but into a file that an option names.'),
    nofail: z
      .boolean()
      .default(true)
      .describe('A boot goes on when the file system is not there; else it ends in an emergency shell.'),
    follows: absolutePath
      .optional()
      .describe('Another mount point, on which the source lies: this comes whenever that is mounted.'),
    pass: z
      .union([z.literal(0), z.literal(1), z.literal(2)])
      .default(0)
      .describe('When it is checked at boot: 0 never, 1 for the root, 2 for others.'),
    mounted: z.boolean().default(true).describe('false: only the line in /etc/fstab, for `noauto`.'),
  })
  .strict()

/**
 * A disk that comes late, after the boot has given it up, is mounted all the same: systemd starts what its device wants. That takes the place of
 * what wants it by itself, local-fs.target (systemd.mount(5)).
 */
function wantedBy(options: readonly string[], source: string, follows: string | undefined): string[] {
  const own = options.some((one) => one === 'noauto' || one.startsWith('x-systemd.'))
  const unit = follows === undefined ? diskUnit(source) : mountUnit(follows)
  if (own || unit === undefined || !options.includes('nofail')) return []
  return ['local-fs.target', unit].map((name) => `x-systemd.wanted-by=${name}`)
}

/** What mount takes. */
export type MountOptions = z.input<typeof mountOptions>

/**
 * A file system: its line in /etc/fstab, and mounted. What is mounted with other visible options is remounted. With the option
 * `x-systemd.automount` systemd waits at the folder and mounts it for whoever comes, so that neither a boot nor an apply waits for a server.
 * A folder that is made for it cannot be written as long as nothing is mounted. Files that lie beneath are told and left alone.
 *
 * @example
 * mount({ path: '/srv/data', source: 'LABEL=data', type: 'ext4', options: ['noatime'] })
 */
export const mount = defineKind<MountOptions>({
  name: 'mount',
  summary: 'A file system that is mounted now and at every boot.',
  stage: 60,
  converges: 'each',
  options: mountOptions,
  resource: (given) => {
    const { path, source, state, type, options, nofail, follows, pass, mounted } = mountOptions.parse(given)
    if (state === 'present' && source === undefined) throw new Error(`mount ${path} has no source`)
    const written = [...new Set([...options, ...(nofail ? ['nofail'] : [])])]
    const all = [...written, ...wantedBy(written, source ?? '', follows)]
    const when = all.includes('x-systemd.automount') ? 'on-demand' : 'mounted'
    return {
      name: path,
      row: [
        state,
        escaped(path),
        escaped(source ?? ''),
        type,
        all.length === 0 ? 'defaults' : escaped(all.join(',')),
        String(pass),
        mounted ? when : 'listed',
        all.filter((one) => VISIBLE_OPTIONS.includes(one)).join(' '),
      ],
      after: [...foldersAbove(path), `directory:${path}`],
    }
  },
})

export default mount.kind
