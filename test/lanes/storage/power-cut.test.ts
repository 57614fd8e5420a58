/** Volumes, swap and backups, unplugged: `npm run test:storage`. */
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({ lane: 'storage' })
