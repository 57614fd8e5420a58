/** Every role that has no lane of its own, on four real nodes: applied, unplugged, changed, taken away. */
import { describePowerCut } from '../contract/power-cut.ts'
import { describeUserRoles } from './user-roles.ts'

await describePowerCut({
  more: { services: { ssh: { on: 'all', port: 22, check: { tcp: ':22', interval: '5s' } } } },
  afterwards: describeUserRoles,
})
