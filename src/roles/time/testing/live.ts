/** The role time on real nodes. Their clock is their computer's: what is shown is that they agree, and on whom. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'names',
  // Documentation only (RFC 5737): nobody outside is asked.
  uses: { on: 'all', servers: ['192.0.2.99'], wait_seconds: 60 },
  shows: [
    {
      node: 'dog',
      // Until the first answers of the others are in.
      run: [
        'sh',
        '-c',
        'for second in $(seq 90); do chronyc -n tracking | grep -o "Leap status.*Normal" && exit; sleep 1; done',
      ],
      prints: 'Leap status     : Normal',
    },
    { node: 'ant', run: ['sh', '-c', 'chronyc -n sources | grep -c "192.0.2.99"'], prints: '1' },
  ],
} satisfies LiveRole
