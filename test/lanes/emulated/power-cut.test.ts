/** What needs a kernel of its own, unplugged: `npm run test:emulated`. */
import { describePowerCut } from '../../contract/power-cut.ts'
import { labPreflight } from '../../../src/lab/lab.ts'

const lacking = await labPreflight({ emulated: true })

await describePowerCut({
  lane: 'emulated',
  lacks: lacking.length === 0 ? undefined : `there can be no emulated nodes here: ${lacking.join('; ')}`,
  more: { lab: { emulate: ['ant', 'bee'] } },
  before: async (cluster) => {
    await cluster.output('ant', 'sh', '-c', 'mkfs.ext4 -q -L data /dev/vdb && udevadm settle && sync')
  },
})
