/** The gossip keys that the servers hold: exchanged while they run, so that nobody is cut off. */
import type { z } from 'zod'
import { granted } from '../steps/reply.ts'
import type { Shelf } from '../steps/step.ts'
import type { NomadApi } from './api.ts'
import { anything, keyringReply } from './replies.ts'

const KIND = 'nomad-keyring'
const PATH = '/v1/agent/keyring'

type Held = z.output<typeof keyringReply>

/**
 * The shelf of the gossip keys; the first one encrypts, and is not told apart by Nomad, so it is set with every change. The files on the nodes
 * are the servers' first keyring, this is what they hold while they run. Removed with the servers only.
 */
export function keyringShelf(keys: readonly [string, ...string[]]): Shelf<NomadApi> {
  return {
    kind: KIND,
    async steps(api) {
      if (api === undefined) return []
      const held = granted('listing the gossip keys', await api.get(`${PATH}/list`, keyringReply))
      const foreign = Object.keys(held.Keys).filter((key) => !keys.includes(key))
      const known = keys.filter((key) => held.Keys[key] === held.NumNodes)
      if (foreign.length === 0 && known.length === keys.length) return []
      return [
        {
          stage: 10,
          difference: {
            address: `${KIND}:gossip`,
            action: 'update',
            reason: `the servers hold ${known.length} of ${keys.length} wanted keys, and ${foreign.length} others`,
            differences: [{ field: 'keys' }],
          },
          run: async (running) => {
            await exchange(running, keys, held)
            return undefined
          },
        },
      ]
    },
  }
}

async function exchange(api: NomadApi, keys: readonly [string, ...string[]], { Keys }: Held): Promise<void> {
  for (const key of keys) await change(api, 'install', key)
  await change(api, 'use', keys[0])
  for (const key of Object.keys(Keys)) if (!keys.includes(key)) await change(api, 'remove', key)
}

async function change(api: NomadApi, operation: 'install' | 'use' | 'remove', key: string): Promise<void> {
  const reply = await api.send('PUT', `${PATH}/${operation}`, anything, { Key: key })
  granted(`the gossip key (${operation})`, reply)
}
