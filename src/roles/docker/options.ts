/** Options of the role `docker`. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { accountName } from '../../resources/group/group.ts'

const range = z
  .string()
  .refine((text) => ipaddr.IPv4.isValidCIDR(text), 'must be an IPv4 range such as 10.210.0.0/16')
const size = z.string().regex(/^[1-9]\d*[kmg]?$/, 'must be a size such as 5m')

const log = z
  .strictObject({
    driver: z
      .enum(['local', 'json-file', 'journald'])
      .default('local')
      .describe('Who keeps what containers print; local and json-file turn their files over.'),
    max_size: size.default('5m').describe('Size at which a file is turned over.'),
    max_file: z.int().min(1).default(3).describe('Number of files that are kept of each container.'),
  })
  .prefault({})
  .describe('What containers print; without an end it fills a card within weeks.')

const addressPool = z.strictObject({
  base: range.describe('The range that networks are taken from.'),
  size: z.int().min(8).max(30).default(24).describe('Size of each network, in bits.'),
})

const cleanup = z
  .strictObject({
    every: z
      .enum(['daily', 'weekly', 'monthly'])
      .default('weekly')
      .describe('How often (systemd.time(7)); each node at a moment of its own.'),
    unused_for: z
      .string()
      .regex(/^[1-9]\d*h$/, 'must be a number of hours such as 168h')
      .default('168h')
      .describe('Images, stopped containers and build caches that nobody has used for so long go.'),
  })
  .prefault({})

/** Options of the role. */
export const dockerOptions = z.strictObject({
  version: z
    .string()
    .regex(/^[A-Za-z0-9.+~:*-]+$/, 'must be a version, in which * stands for anything')
    .optional()
    .describe(
      'Version of the package docker.io, such as `26.1.*`; the one of the node’s Debian when left out.',
    ),
  hold: z
    .boolean()
    .default(false)
    .describe(
      'Keep the version, whoever upgrades the system: docker.io and containerd are taken out of the nightly updates.',
    ),
  users: z
    .array(accountName)
    .default([])
    .describe('Users who may use Docker. It gives them the rights of root, so none when left out.'),
  log,
  address_pools: z
    .array(addressPool)
    .min(1)
    .optional()
    .describe(
      'Ranges for the networks of containers; one that collides with nothing in the cluster file when left out.',
    ),
  live_restore: z
    .boolean()
    .optional()
    .describe(
      'Containers go on while dockerd is restarted. On when left out, except in a swarm, which cannot have it.',
    ),
  metrics: z
    .string()
    .regex(/^[\d.]+:\d+$/, 'must be ADDRESS:PORT')
    .optional()
    .describe('Where dockerd shows its metrics, such as 127.0.0.1:9323; nowhere when left out.'),
  registry_mirrors: z.array(z.url()).default([]).describe('Mirrors that are asked before Docker Hub.'),
  insecure_registries: z
    .array(z.string().min(1))
    .default([])
    .describe('Registries (HOST:PORT or a range) that are asked without TLS.'),
  cleanup: z
    .union([z.literal('off'), cleanup])
    .prefault({})
    .describe('Takes away what fills the card: images and containers that nobody uses; `off` leaves them.'),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Further settings of daemon.json, as dockerd(8) has them; dockerd checks them before they count.',
    ),
})

/** The same, checked and filled. */
export type DockerOptions = z.output<typeof dockerOptions>
