/** The role wifi on virtual nodes, which have no radio: NetworkManager runs, and leaves the cable to whoever has it. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'storage',
  uses: { on: 'dog', country: 'PT' },
  shows: [
    { node: 'dog', run: ['nmcli', '-t', '-f', 'RUNNING', 'general'], prints: 'running' },
    {
      node: 'dog',
      run: ['sh', '-c', "nmcli -t -f TYPE,STATE device | grep -c '^ethernet:connected$' || :"],
      prints: '0',
    },
  ],
} satisfies LiveRole
