/** Names and time, unplugged: `npm run test:names`. */
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({ lane: 'names' })
