/** Options of the role registry in the cluster file. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'
import { absolutePath } from '../../resources/file/file.ts'

const EVERY: TextForm = {
  pattern: /^\S[^\n]*$/,
  problem: 'is no time of systemd',
  fix: 'write daily, weekly or a time such as Sun 04:00 (systemd.time(7))',
}
const HOST: TextForm = {
  pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
  problem: 'is no name of a host',
  fix: 'write a name such as images.office.example.net',
}

const port = z.int().min(1).max(65535)

/** The options. */
export const registryOptions = z
  .strictObject({
    folder: absolutePath
      .default('/var/lib/docker-registry')
      .describe('Where the images lie: a folder of its own on a disk with room. It goes with the role.'),
    disk: absolutePath
      .optional()
      .describe(
        'Mount point of the disk that the folder lies on: the registry runs only while something is mounted there, and comes when it comes.',
      ),
    port: port.default(5000).describe('TCP port.'),
    network: z
      .string()
      .optional()
      .describe(
        'Role whose network it is reached over, such as wireguard: images are then called by its address there. Left out: by the names and the address of the node.',
      ),
    names: z
      .array(text(HOST))
      .default([])
      .describe(
        'More names under which it is found, such as images.office.example.net. Who answers them is up to you.',
      ),
    clients: z
      .enum(['nodes', 'everyone'])
      .default('nodes')
      .describe(
        'Who may pull, push and delete: nodes that run containers, by a certificate of their own; or whoever reaches the port.',
      ),
    cleanup: z
      .union([z.literal('off'), text(EVERY)])
      .default('weekly')
      .describe(
        'When what no image needs any more is thrown away (systemd.time(7)); nobody can pull or push meanwhile. off: never.',
      ),
    metrics: port
      .optional()
      .describe(
        'TCP port of its metrics, in the clear and with the profiles of its process beside them: only with a firewall. Left out: none.',
      ),
  })
  .describe('A registry for images of containers, which all nodes with an engine believe.')

export type RegistryOptions = z.output<typeof registryOptions>
