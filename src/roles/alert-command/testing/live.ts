/** The role alert-command on a real node: nobody but a node that watches has it run anything. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const asked = (...words: string[]): string[] => [
  'sh',
  '-c',
  `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 20 openssl s_client -quiet -ign_eof -connect 127.0.0.1:9195 ${words.join(' ')} 2>/dev/null | grep -o '^HTTP/1.1 [0-9]*'; exit 0`,
]

export default {
  lane: 'monitoring',
  uses: { on: ['cow'], silence: '15s', run: ['/bin/sh', '-c', 'echo "heard $ALERT_STATUS: $ALERT_NAMES"'] },
  shows: [
    { node: 'cow', run: asked(), prints: '' },
    {
      node: 'cow',
      run: asked(
        '-cert /etc/prometheus/tls/alert-command.pem',
        '-key /etc/prometheus/tls/alert-command-key.pem',
      ),
      prints: 'HTTP/1.1 403',
    },
  ],
} satisfies LiveRole
