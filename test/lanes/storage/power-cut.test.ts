/** Volumes, swap and backups, unplugged: `npm run test:storage`. */
import { describePowerCut } from '../../contract/power-cut.ts'

// Repositories are the user's: they stay when the role leaves.
await describePowerCut({ lane: 'storage', stays: /\/srv\/backup\b/ })
