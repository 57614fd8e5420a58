/** The role ingress on real nodes: a route of the cluster file is led to another node, over TLS that its authority vouches for. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'
import { recipeOf } from '../../../../test/engines/recipes.ts'

const ECHO = `[Unit]
Description=Gives the name of its node

[Service]
ExecStart=busybox httpd -f -p 8080 -h /etc
Restart=always

[Install]
WantedBy=multi-user.target
`
const ask = (host: string, ...words: string[]): string[] => [
  'curl',
  '--silent',
  '--max-time',
  '20',
  '--cacert',
  '/etc/traefik/tls/ca.pem',
  '--connect-to',
  `${host}::127.0.0.1`,
  ...words,
]
const status = ['--output', '/dev/null', '--write-out', '%{http_code} %{redirect_url}']
const PLAIN = 'plain.office.example.net'

export default {
  lane: 'web',
  uses: {
    on: ['ant'],
    version: recipeOf('traefik').version,
    unmaintained: 'accepted',
    routes: { plain: { host: PLAIN, to: 'http://bee:8080' } },
  },
  beside: {
    units: { on: ['bee', 'cow'], unit: 'echo', content: ECHO },
    'consul-server': { on: ['ant', 'bee', 'cow'], source: 'package', unmaintained: 'accepted' },
    'consul-client': { on: ['dog'] },
  },
  shows: [
    { node: 'ant', run: ask(PLAIN, `https://${PLAIN}/hostname`), prints: 'bee' },
    {
      node: 'ant',
      run: ask(PLAIN, ...status, `http://${PLAIN}/hostname`),
      prints: `301 https://${PLAIN}/hostname`,
    },
    {
      node: 'ant',
      run: [
        'sh',
        '-c',
        'pid=$(systemctl show -P MainPID traefik) && stat -c %U "/proc/$pid" && grep CapEff "/proc/$pid/status"',
      ],
      prints: 'traefik\nCapEff:\t0000000000000400',
    },
  ],
} satisfies LiveRole
