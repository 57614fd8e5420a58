/** The kind `service`: a systemd unit that is enabled and runs with what is wanted now. */
import { z } from 'zod'
import { defineKind, type LocalAddress } from '../kind.ts'

/** Endings of unit names (systemd.unit(5)); a name without one of them is a service's. */
const UNIT_TYPES = /\.(service|socket|target|timer|path|mount|automount|swap|slice|scope|device)$/

/** A unit's name as systemd allows it (systemd.unit(5), "unit name"), without patterns. */
export const unitName = z
  .string()
  .regex(/^[A-Za-z0-9:_.\\@-]+$/, 'must be the name of a systemd unit')
  .transform((name) => (UNIT_TYPES.test(name) ? name : `${name}.service`))

const addresses = z.array(z.custom<LocalAddress>((value) => typeof value === 'string' && value.includes(':')))

const serviceOptions = z
  .strictObject({
    name: unitName.describe('Name of the unit; `.service` may be left out.'),
    enabled: z
      .enum(['yes', 'no', 'masked', 'leave'])
      .default('yes')
      .describe('Whether it starts with the node; `masked`: it cannot be started at all.'),
    state: z
      .enum(['running', 'stopped', 'leave'])
      .default('running')
      .describe('Whether it runs; `leave` neither starts nor stops it.'),
    restartOn: addresses
      .default([])
      .describe(
        'Addresses of what it reads when it starts: it is restarted when it was started with something else.',
      ),
    reloadOn: addresses.default([]).describe('Addresses of what it takes up by a reload.'),
    broughtByOthers: z
      .boolean()
      .default(false)
      .describe(
        'Its unit file comes from elsewhere: where nothing on the node brings it, or where it does not start with the node, the plan says so in place of trying.',
      ),
    onlyAfterBoot: z
      .boolean()
      .default(false)
      .describe('A restart would break the node, so a reboot is asked for in its place.'),
  })
  .refine(({ enabled, state }) => enabled !== 'masked' || state !== 'running', 'a masked unit cannot run')

/** Files that systemd itself reads: units and drop-ins. It does not see a new drop-in by itself in each version. */
const UNIT_FILE = /^\w+:\/(etc|run|lib|usr\/lib|usr\/local\/lib)\/systemd\//

/** What service takes. */
export type ServiceOptions = z.input<typeof serviceOptions>

/**
 * A systemd unit. It is restarted because what it runs with is not what is wanted, not because something changed in
 * this run: the node keeps the digest of what each unit was started with, so an apply that was cut off between
 * a new file and the restart is finished by the next one.
 *
 * What somebody else changed and this run puts back may have been read meanwhile: a unit that was started since by others is
 * restarted with it, and one that takes things up by a reload is reloaded.
 *
 * A unit whose file is among what it reads runs with that file and our drop-ins alone: other drop-ins, and a unit file that
 * wins over ours, are shown in the plan and set aside (systemd.unit(5), "Unit File Load Path").
 *
 * A unit that is started must be active and stay so; if not, the report has systemd's word on it and the last lines of
 * its journal. Removal stops and disables what was not there before, and puts back what was.
 *
 * @example
 * service({
 *   name: 'consul',
 *   restartOn: ['file:/etc/systemd/system/consul.service', 'file:/etc/consul.d/server.json'],
 *   reloadOn: ['file:/etc/consul.d/services.json'],
 * })
 */
export const service = defineKind<ServiceOptions>({
  name: 'service',
  summary: 'A systemd unit that is enabled and runs with what is wanted now.',
  stage: 80,
  converges: 'each',
  uses: ['foreign-files'],
  options: serviceOptions,
  resource: (given) => {
    const { name, enabled, state, restartOn, reloadOn, onlyAfterBoot, broughtByOthers } =
      serviceOptions.parse(given)
    const inputs = [...restartOn, ...reloadOn]
    return {
      name,
      inputs: [restartOn, reloadOn],
      row: [
        enabled,
        state,
        inputs.length > 0 ? 'tracked' : 'plain',
        onlyAfterBoot ? 'boot' : 'now',
        inputs.some((address) => UNIT_FILE.test(address)) ? 'units' : '-',
        inputs.includes(`file:/etc/systemd/system/${name}`) ? 'own' : 'other',
        reloadOn.length > 0 ? 'reloads' : '-',
        broughtByOthers ? 'others' : '-',
      ],
      after: [`file:/etc/systemd/system/${name}`, `package:${name.replace(/\.[a-z]+$/, '')}`],
    }
  },
})

export default service.kind
