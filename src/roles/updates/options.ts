/** Options of the role updates in the cluster file. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'

const RULE: TextForm = {
  pattern: /^(origin|label|archive|codename)=[^,"{};]+(,(origin|label|archive|codename)=[^,"{};]+)*$/,
  problem: 'is no rule of origins',
  fix: 'write what the Release file of the source says, such as origin=Docker,label=Docker CE',
}

/** The options. */
export const updatesOptions = z
  .strictObject({
    nightly: z
      .boolean()
      .default(true)
      .describe(
        'Security updates by themselves, every night (unattended-upgrades). Nothing is started anew: that waits for `bramble update`.',
      ),
    origins: z
      .array(text(RULE))
      .default([])
      .describe(
        "More sources that the nightly job takes updates from, besides Debian's, Raspbian's and those of Raspberry Pi: as their Release files say.",
      ),
    skip: z
      .array(text())
      .default([])
      .describe('Packages that the nightly job leaves alone, besides those that engines run.'),
    alert_days: z
      .int()
      .min(1)
      .max(365)
      .default(7)
      .describe(
        'After so many days without a look at the sources `bramble status` says that something is wrong.',
      ),
  })
  .describe('Security updates by night, and all updates and restarts of boards in turns.')

export type UpdatesOptions = z.output<typeof updatesOptions>
