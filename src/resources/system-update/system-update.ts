/** The kind `system-update`: the packages of a node as its sources have them, when a run is to bring them there; else what waits is told. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

const systemUpdateOptions = z.strictObject({
  name: z.string().min(1).default('packages').describe('Names the resource; `packages` when there is one.'),
  now: z
    .boolean()
    .default(false)
    .describe('Bring all packages up to date in this run. Else nothing differs, and what waits is told.'),
  lockTimeoutSeconds: z
    .number()
    .int()
    .min(0)
    .default(600)
    .describe('How long to wait for another program that has the package database locked, in seconds.'),
})

/** What systemUpdate takes. */
export type SystemUpdateOptions = z.input<typeof systemUpdateOptions>

/**
 * All packages of a node in the versions that its sources have, without removing any (apt-get(8), `upgrade --with-new-pkgs`). Only with `now` anything
 * is done, and then the lists are fetched first. Without it a check reads what the last look at the sources has left in
 * `/var/lib/bramble-updates`, and whether the kernel that runs is the one that would boot: no process, and no difference.
 *
 * @example systemUpdate({ now: true })
 */
export const systemUpdate = defineKind<SystemUpdateOptions>({
  name: 'system-update',
  summary: 'All packages of a node in the versions that its sources have, when a run is to do that.',
  stage: 19,
  converges: 'each',
  uses: ['package', 'reboot'],
  options: systemUpdateOptions,
  resource: (given) => {
    const { name, now, lockTimeoutSeconds } = systemUpdateOptions.parse(given)
    return { name, row: [now ? 'now' : '-', String(lockTimeoutSeconds)] }
  },
})

export default systemUpdate.kind
