/** The role prometheus on a real node: it has fetched metrics of all nodes, and holds its own alert. */
import { BELL } from '../../../../test/contract/bell.ts'
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
