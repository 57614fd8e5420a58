/** The role grafana is shown on no node: its maker's packages cannot be had where the tests run. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lacks: "the packages of Grafana's maker cannot be fetched here",
  uses: { on: ['ant'], key: 'grafana.asc' },
} satisfies LiveRole
