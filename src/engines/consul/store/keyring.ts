/** The gossip keys that the members hold: exchanged while they run, so that nobody is cut off. */
import type { z } from 'zod'
import type { ConsulApi } from '../api.ts'
import type { Reply } from '../../steps/reply.ts'
import { anything, keyringReply } from '../replies.ts'
import { type Shelf, type Step } from '../../steps/step.ts'
import { granted } from '../../steps/reply.ts'

const KIND = 'consul-keyring'
const STAGE = 35
const PATH = '/v1/operator/keyring'

/** A member that has just died is missed within seconds; until then nobody knows which keys are held: a look says so, an apply waits. */
const MEMBER_IS_SILENT = /\d+\/\d+ nodes reported success/

type Pool = z.output<typeof keyringReply>[number]

/**
 * The shelf of the gossip keys; the first one encrypts. The files on the nodes are the members' first keyring, this is what
 * they hold while they run. Removed with the datacenter only.
 */
export function keyringShelf(keys: readonly [string, ...string[]]): Shelf<ConsulApi> {
  return {
    kind: KIND,
    async steps(api) {
      if (api === undefined) return []
      const reply = await listed(api)
      if (isMemberSilent(reply)) throw new Error(`a member is silent: ${reply.problem}`)
      const pools = granted('listing the gossip keys', reply)
      const wrong = pools.filter((pool) => !isAsWanted(pool, keys))
      return wrong.length === 0 ? [] : [keyringStep(keys, wrong)]
    },
  }
}

/** The members are asked over UDP, where an answer may be lost: only who is silent twice is silent. */
async function listed(api: ConsulApi): Promise<Reply<readonly Pool[]>> {
  const first = await api.get(PATH, keyringReply)
  return isMemberSilent(first) ? api.get(PATH, keyringReply) : first
}

function isMemberSilent(reply: Reply<readonly Pool[]>): reply is Extract<typeof reply, { ok: false }> {
  return !reply.ok && MEMBER_IS_SILENT.test(reply.problem)
}

function isAsWanted({ Keys, PrimaryKeys, NumNodes }: Pool, keys: readonly [string, ...string[]]): boolean {
  const held = Object.keys(Keys)
  return (
    held.length === keys.length &&
    keys.every((key) => Keys[key] === NumNodes) &&
    // Versions before 1.8 do not tell which key is in use.
    (PrimaryKeys == null || PrimaryKeys[keys[0]] === NumNodes)
  )
}

function keyringStep(keys: readonly [string, ...string[]], pools: readonly Pool[]): Step<ConsulApi> {
  const [pool] = pools
  const held = pool ? keys.filter((key) => pool.Keys[key] === pool.NumNodes).length : 0
  const foreign = pool ? Object.keys(pool.Keys).filter((key) => !keys.includes(key)).length : 0
  return {
    stage: STAGE,
    difference: {
      address: `${KIND}:gossip`,
      action: 'update',
      reason: `the members hold ${held} of ${keys.length} wanted keys, and ${foreign} others`,
      differences: [{ field: 'keys' }],
    },
    run: async (api) => {
      for (const key of keys) await change(api, 'POST', key)
      await change(api, 'PUT', keys[0])
      const foreignKeys = new Set(pools.flatMap(({ Keys }) => Object.keys(Keys)))
      for (const key of foreignKeys) if (!keys.includes(key)) await change(api, 'DELETE', key)
      return undefined
    },
  }
}

/** Installs (`POST`), uses (`PUT`) or removes (`DELETE`) a key; installing one that is there changes nothing. */
async function change(api: ConsulApi, method: 'POST' | 'PUT' | 'DELETE', key: string): Promise<void> {
  const what = { POST: 'installing', PUT: 'using', DELETE: 'removing' }[method]
  granted(`${what} a gossip key`, await api.send(method, PATH, anything, { json: { Key: key } }))
}
