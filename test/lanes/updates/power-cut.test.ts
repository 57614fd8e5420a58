/** Packages and their updates, unplugged: `npm run test:updates`. */
import { describePowerCut } from '../../contract/power-cut.ts'

// Debian's python3 leaves its settings when it goes; the folder in /run is gone with the next boot.
await describePowerCut({ lane: 'updates', stays: /\/etc\/python3|\/run\/apt-cacher-ng/ })
