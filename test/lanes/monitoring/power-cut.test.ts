/** What watches the nodes, unplugged: `npm run test:monitoring`. */
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({ lane: 'monitoring' })
