/** The role prometheus on a real node: it has fetched metrics of all nodes, and holds its own alert. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const query = (expression: string): string[] => [
  'promtool',
  'query',
  'instant',
  '--format=json',
  'http://127.0.0.1:9090',
  expression,
]
/** Asked until it has come to it: a target is fetched once an interval. */
const until = (expression: string, answer: string): string[] => [
  'sh',
  '-c',
  'answer=$1 && shift && for second in $(seq 90); do "$@" | grep -o "$answer" && exit; sleep 1; done',
  'sh',
  answer,
  ...query(expression),
]

/** A program with metrics of its own, at a path of its own. */
const BELL = `[Unit]
Description=Counts how often it rings

[Service]
RuntimeDirectory=bell
ExecStartPre=/bin/sh -c 'echo "bell_rings_total 3" >/run/bell/counts'
ExecStart=/usr/bin/busybox httpd -f -p 8080 -h /run/bell
Restart=always

[Install]
WantedBy=multi-user.target
`

export default {
  lane: 'monitoring',
  uses: { on: ['ant'], interval: '5s', webhook: 'http://127.0.0.1:9/alerts' },
  beside: {
    packages: { on: ['cow', 'dog'], install: ['busybox'] },
    units: { on: ['cow', 'dog'], unit: 'bell', content: BELL },
    'consul-server': { on: ['bee'], source: 'package', unmaintained: 'accepted' },
    'consul-client': { on: ['ant', 'cow', 'dog'] },
  },
  shows: [
    { node: 'ant', run: until('sum(up{job="node-exporter"})', '"4"'), prints: '"4"' },
    {
      node: 'ant',
      run: until('ALERTS{alertname="Watchdog",alertstate="firing"}', 'Watchdog'),
      prints: 'Watchdog',
    },
  ],
} satisfies LiveRole
