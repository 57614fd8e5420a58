/** A systemd unit of our own, as a file that systemd has checked. */
import { z } from 'zod'
import { file } from '../file/file.ts'
import type { CommonOptions, Resource } from '../kind.ts'
import { unitName } from './service.ts'

const unitOptions = z.strictObject({
  name: unitName.describe('Name of the unit; `.service` may be left out.'),
  content: z.string().describe('Text of the unit file (systemd.unit(5)).'),
})

/**
 * A unit file in `/etc/systemd/system`. `systemd-analyze verify` reads it before it goes live, so what it starts must be
 * there: give that as `needs`. The service that it describes names it in `restartOn`.
 *
 * @example
 * const text = unit({ name: 'consul', content: '[Service]\nExecStart=/usr/local/bin/consul agent\n' })
 * const consul = service({ name: 'consul', restartOn: [addressOf(text)] })
 */
export function unit(given: z.input<typeof unitOptions> & CommonOptions): Resource {
  const { needs = [], trial = false, ...own } = given
  const { name, content } = unitOptions.parse(own)
  const validate = ['systemd-analyze', 'verify', '--man=no', '{}']
  return file({ path: `/etc/systemd/system/${name}`, content, validate, needs, trial })
}
