/** Packages and their updates, unplugged: `npm run test:updates`. */
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({ lane: 'updates' })
