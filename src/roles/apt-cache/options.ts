/** Options of the role apt-cache in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL, oneOrMore, text, type TextForm } from '../../cluster-file/forms.ts'
import { nodeName } from '../../cluster-file/node-names.ts'

const HOST: TextForm = {
  pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
  problem: 'is no name of a host',
  fix: 'write a name such as download.docker.com',
}

/** The options. */
export const aptCacheOptions = z
  .strictObject({
    server: oneOrMore(nodeName(z.string().regex(DNS_LABEL, 'must be the name of a node'))).describe(
      'The node that keeps packages for all others, or several: the first that answers is taken. Put it where there is room: a release of Debian with its updates takes some GiB.',
    ),
    port: z.int().min(1).max(65535).default(3142).describe('TCP port on which the cache listens.'),
    keep_days: z
      .int()
      .min(1)
      .max(365)
      .default(14)
      .describe('How long a package is kept that no list of packages names any more, in days.'),
    tunnels: z
      .array(text(HOST))
      .default([])
      .describe(
        'Hosts of HTTPS sources that are reached through the cache, for nodes without a way of their own to the internet. What is encrypted is passed on and not kept; all other HTTPS sources are fetched past the cache.',
      ),
  })
  .describe('A cache of Debian packages for all nodes of the role.')

export type AptCacheOptions = z.output<typeof aptCacheOptions>
