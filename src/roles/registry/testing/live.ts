/** The role registry on real nodes: it answers who shows a certificate of the cluster, over TLS, and nobody else. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const CERTIFICATES = '/etc/docker/certs.d/ant.office.example.net:5000'
const ask = (scheme: string, ...words: string[]): string[] => [
  'sh',
  '-c',
  // In its folder: the colon of a path would begin a password.
  `cd ${CERTIFICATES} && curl --silent --max-time 20 --output /dev/null --write-out '%{http_code}' ${words.join(' ')} ${scheme}://ant.office.example.net:5000/v2/ || :`,
]
const own = ['--cert client.cert', '--key client.key']

export default {
  lane: 'web',
  uses: { on: ['ant'], folder: '/srv/images' },
  beside: {
    docker: { on: ['ant', 'bee', 'cow'] },
    // The latter for what stands beside the role ingress.
    packages: { on: 'all', install: ['curl', 'busybox'] },
  },
  shows: [
    { node: 'bee', run: ask('https', '--cacert ca.crt', ...own), prints: '200' },
    { node: 'bee', run: ask('https', '--cacert ca.crt'), prints: '000' },
    { node: 'bee', run: ask('https', ...own), prints: '000' },
    { node: 'bee', run: ask('http'), prints: '400' },
  ],
} satisfies LiveRole
