/** The role vault on real nodes: three servers. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'
import { recipeOf } from '../../../../test/engines/recipes.ts'

/** Asks a server as anybody on its node could, without a token. */
const ask = (path: string, filter: string): string[] => [
  'sh',
  '-c',
  `curl --silent --cacert /etc/vault/ca.pem "https://localhost:8200$1" | ${filter}`,
  'sh',
  path,
]

const isOpen = ask('/v1/sys/health?standbyok=true', `grep -o '"sealed":false'`)

export default {
  lane: 'vault',
  uses: { on: ['ant', 'bee', 'cow'], version: recipeOf('vault').version },
  beside: { packages: { on: 'all', install: ['curl'] } },
  shows: [
    { node: 'ant', run: isOpen, prints: '"sealed":false' },
    { node: 'bee', run: isOpen, prints: '"sealed":false' },
    { node: 'cow', run: isOpen, prints: '"sealed":false' },
    {
      node: 'bee',
      run: ask('/v1/sys/leader', `grep -o '"leader_cluster_address":"https'`),
      prints: '"leader_cluster_address":"https',
    },
    { node: 'ant', run: ask('/v1/sys/mounts', `grep -o 'permission denied'`), prints: 'permission denied' },
  ],
} satisfies LiveRole
