/** The role nomad-server on real nodes: three of them. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'
import { recipeOf } from '../../../../test/engines/recipes.ts'

/** Asks a server as anybody on its node could, without a token. */
const ask = (path: string, filter: string): string[] => [
  'sh',
  '-c',
  `curl --silent --cacert /etc/nomad-server/ca.pem "https://localhost:4646$1" | ${filter}`,
  'sh',
  path,
]

export default {
  lane: 'nomad',
  uses: { on: ['ant', 'bee', 'cow'], version: recipeOf('nomad').version },
  beside: { packages: { on: 'all', install: ['curl'] } },
  shows: [
    { node: 'ant', run: ask('/v1/status/peers', 'grep -o :4647 | wc -l'), prints: '3' },
    { node: 'bee', run: ask('/v1/status/leader', 'grep -c :4647'), prints: '1' },
    { node: 'cow', run: ask('/v1/metrics?format=prometheus', 'grep -m 1 -o ^nomad_'), prints: 'nomad_' },
    { node: 'ant', run: ask('/v1/jobs', 'cat'), prints: 'Permission denied' },
  ],
} satisfies LiveRole
