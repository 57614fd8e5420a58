/** The registry of images and the ingress, unplugged: `npm run test:web`. */
import { describePowerCut } from '../../contract/power-cut.ts'

await describePowerCut({ lane: 'web' })
