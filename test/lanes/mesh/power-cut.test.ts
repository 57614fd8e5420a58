/** A mesh with Consul on it behind a firewall, unplugged: `npm run test:mesh`. */
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({ lane: 'mesh' })
