/** The right to save snapshots: a policy, and one token with it that whoever keeps backups is given. */
import { z } from 'zod'
import { list } from '../autopilot/replies.ts'
import { granted, grantedOrMissing } from '../steps/reply.ts'
import type { Shelf, Step } from '../steps/step.ts'
import type { NomadApi } from './api.ts'
import { anything } from './replies.ts'
import { SNAPSHOT_NAME, SNAPSHOT_OFFER, SNAPSHOT_RULES } from './snapshot.ts'

const POLICY_PATH = `/v1/acl/policy/${SNAPSHOT_NAME}`
const STAGE = { policy: 5, token: 6, removal: 7 } as const

const policyReply = z.object({ Rules: z.string() })
const stubsReply = list(z.object({ AccessorID: z.string(), Name: z.string().default('') }))
const tokenReply = z.object({ AccessorID: z.string(), SecretID: z.string() })

/** What is wanted. */
export interface SnapshotParts {
  /** Somebody keeps the backups of a server. */
  readonly isWanted: boolean
  /** The secret that is kept; undefined before there is one. */
  readonly kept: string | undefined
}

/** The shelf. What bears the name is ours. */
export function snapshotShelf({ isWanted, kept }: SnapshotParts): Shelf<NomadApi> {
  return {
    kind: 'nomad-acl',
    async steps(api) {
      if (api === undefined) return isWanted ? [policyStep(undefined)] : []
      const policy = grantedOrMissing(SNAPSHOT_NAME, await api.get(POLICY_PATH, policyReply))
      const tokens = await tokensOf(api)
      if (!isWanted) return policy === undefined && tokens.length === 0 ? [] : [removal]
      const isKnown = tokens.some(({ SecretID }) => SecretID === kept)
      return [
        ...(policy?.Rules === SNAPSHOT_RULES ? [] : [policyStep(policy?.Rules)]),
        ...(isKnown && tokens.length === 1
          ? []
          : [tokenStep(isKnown ? kept : undefined, kept !== undefined)]),
      ]
    },
  }
}

async function tokensOf(api: NomadApi): Promise<readonly z.output<typeof tokenReply>[]> {
  const stubs = granted('the tokens', await api.get('/v1/acl/tokens', stubsReply))
  const own = stubs.filter(({ Name }) => Name === SNAPSHOT_NAME)
  return Promise.all(
    own.map(async ({ AccessorID }) =>
      granted(SNAPSHOT_NAME, await api.get(`/v1/acl/token/${AccessorID}`, tokenReply)),
    ),
  )
}

function policyStep(is: string | undefined): Step<NomadApi> {
  return {
    stage: STAGE.policy,
    difference: {
      address: `nomad-acl:policy/${SNAPSHOT_NAME}`,
      action: is === undefined ? 'create' : 'update',
      reason: is === undefined ? 'there is no such policy' : 'the policy has other rules',
      differences: [{ field: 'rules', ...(is !== undefined && { is }), wanted: SNAPSHOT_RULES }],
    },
    run: async (api) => {
      const body = {
        Name: SNAPSHOT_NAME,
        Description: 'Bramble: snapshots for backups',
        Rules: SNAPSHOT_RULES,
      }
      granted(SNAPSHOT_NAME, await api.send('PUT', POLICY_PATH, anything, body))
      return undefined
    },
  }
}

/** One token: the one that is known, else a new one, which is kept before anything else is done; all others of the name end. */
function tokenStep(known: string | undefined, wasKept: boolean): Step<NomadApi> {
  return {
    stage: STAGE.token,
    difference: {
      address: `nomad-acl:token/${SNAPSHOT_NAME}`,
      action: wasKept ? 'update' : 'create',
      reason: known === undefined ? 'Nomad knows no such token' : 'there are more of the name',
      differences: [],
    },
    run: async (api, aid) => {
      const secret = known ?? (await make(api))
      if (known === undefined) {
        if (aid?.keep === undefined) throw new Error('nothing may be kept in this run')
        await aid.keep({ [SNAPSHOT_OFFER.name]: secret })
      }
      for (const { AccessorID, SecretID } of await tokensOf(api))
        if (SecretID !== secret) await end(api, AccessorID)
      return undefined
    },
  }
}

async function make(api: NomadApi): Promise<string> {
  const body = { Name: SNAPSHOT_NAME, Type: 'client', Policies: [SNAPSHOT_NAME], Global: false }
  return granted(SNAPSHOT_NAME, await api.send('POST', '/v1/acl/token', tokenReply, body)).SecretID
}

async function end(api: NomadApi, accessor: string): Promise<void> {
  granted(SNAPSHOT_NAME, await api.send('DELETE', `/v1/acl/token/${accessor}`, anything))
}

const removal: Step<NomadApi> = {
  stage: STAGE.removal,
  difference: {
    address: `nomad-acl:token/${SNAPSHOT_NAME}`,
    action: 'remove',
    reason: 'nobody keeps backups of a server any more',
    differences: [],
  },
  run: async (api) => {
    for (const { AccessorID } of await tokensOf(api)) await end(api, AccessorID)
    granted(SNAPSHOT_NAME, await api.send('DELETE', POLICY_PATH, anything))
    return undefined
  },
}
