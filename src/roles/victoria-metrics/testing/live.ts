/** The role victoria-metrics on a real node of a Debian that has it: it has fetched metrics of all nodes, and holds its own alert. */
import { BELL } from '../../../../test/contract/bell.ts'
import type { LiveRole } from '../../../../test/contract/live-role.ts'

/** Asked until it has come to it, as a target is fetched once an interval; by bash, as a node has no curl (bash(1), "Redirection"). */
const until = (query: string, answer: string): string[] => [
  'bash',
  '-c',
  'for second in $(seq 90); do { printf "GET /api/v1/query?query=%s HTTP/1.0\\r\\n\\r\\n" "$1" >&3 && grep -o "$2" <&3; } 3<>/dev/tcp/127.0.0.1/8428 2>/dev/null && exit; sleep 1; done',
  'bash',
  encodeURIComponent(query),
  answer,
]

export default {
  lane: 'monitoring',
  release: 'bookworm',
  uses: { on: ['ant'], interval: '5s', webhook: 'http://127.0.0.1:9/alerts' },
  beside: {
    'node-exporter': { on: 'all' },
    'alert-command': {
      on: ['cow'],
      silence: '15s',
      run: ['/bin/sh', '-c', 'echo "heard $ALERT_STATUS: $ALERT_NAMES"'],
    },
    packages: { on: ['cow'], install: ['busybox'] },
    units: { on: ['cow'], unit: 'bell', content: BELL },
    'consul-server': { on: ['bee'], source: 'package', unmaintained: 'accepted' },
    'consul-client': { on: ['ant', 'cow', 'dog'] },
  },
  shows: [
    { node: 'ant', run: until('bell_rings_total{job="consul-services",node="cow"}', '"3"'), prints: '"3"' },
    { node: 'ant', run: until('sum(up{job="node-exporter"})', '"4"'), prints: '"4"' },
    {
      node: 'ant',
      run: until('ALERTS{alertname="Watchdog",alertstate="firing"}', '"Watchdog"'),
      prints: '"Watchdog"',
    },
  ],
} satisfies LiveRole
