/** The role node-exporter on real nodes: nobody reads without a certificate. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const metrics = (...words: string[]): string[] => [
  'sh',
  '-c',
  `printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' | timeout 20 openssl s_client -quiet -ign_eof -connect 127.0.0.1:9100 ${words.join(' ')} 2>/dev/null | grep -c ^node_boot_time_seconds`,
]

export default {
  lane: 'monitoring',
  uses: { on: 'all' },
  shows: [
    { node: 'ant', run: metrics(), prints: '0' },
    {
      node: 'ant',
      run: metrics(
        '-cert /etc/prometheus/tls/node-exporter.pem',
        '-key /etc/prometheus/tls/node-exporter-key.pem',
      ),
      prints: '1',
    },
  ],
} satisfies LiveRole
