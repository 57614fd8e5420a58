/** Options of the role nomad-client in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL } from '../../cluster-file/forms.ts'
import { absolutePath } from '../../resources/file/file.ts'
import { logLevel, oldState, stateFolder } from '../agent-options.ts'

const label = z.string().regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')
const DRIVERS = ['docker', 'exec', 'raw_exec'] as const

/** Options of the role nomad-client. */
export const clientOptions = z
  .strictObject({
    drivers: z
      .array(z.enum(DRIVERS))
      .min(1)
      .optional()
      .describe(
        'What may run work: `exec` (a program in a small root of its own), `docker` (where the role docker is), `raw_exec` (a program as root with nothing in between, for those who write it here). Default: exec, and docker where it is.',
      ),
    meta: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and _'),
        z.union([z.string(), z.number()]).transform(String),
      )
      .default({})
      .describe('More that jobs can ask for, beside model, labels and what is plugged in.'),
    host_volumes: z
      .record(
        label,
        z.strictObject({
          path: absolutePath.describe('Folder on the node; it has to be there.'),
          read_only: z.boolean().default(false).describe('Whether work may only read it.'),
        }),
      )
      .default({})
      .describe('Folders of the node that jobs may mount, by name.'),
    chroot: z
      .array(absolutePath)
      .default([])
      .describe(
        'More files and folders of the node that work by `exec` finds in its root, beside programs, the libraries of the system, certificates and time zones; /usr/lib/python3 and the like.',
      ),
    reserved_memory: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Memory that is never given to work, in MiB; default: by the board, a quarter of it, 256 to 1024.',
      ),
    reserved_disk: z
      .int()
      .min(0)
      .default(2048)
      .describe('Room on the disk that is never given to work, in MiB.'),
    data_dir: stateFolder('Nomad', 'nomad-client')
      .default('/var/lib/nomad-client')
      .describe('Folder of the work and its state.'),
    old_state: oldState
      .default('refuse')
      .describe(
        'What becomes of the state of a client that is in the folder before the first apply: nothing is changed anywhere, it is taken over, or it is set aside and put back when the role leaves.',
      ),
    log_level: logLevel.default('info').describe('How much the agent logs.'),
  })
  .describe('A node that runs work by Nomad; version, region and network are those of nomad-server.')

export type ClientOptions = z.output<typeof clientOptions>
export type Driver = (typeof DRIVERS)[number]

/** What may run work on a node. */
export function driversOf({ drivers }: ClientOptions, hasDocker: boolean): readonly Driver[] {
  return drivers ?? (hasDocker ? ['docker', 'exec'] : ['exec'])
}
