/** The settings of autopilot: servers read them from their files only once, when the datacenter is new. */
import { z } from 'zod'
import { minimumQuorum } from '../config.ts'
import { autopilotReply } from '../replies.ts'
import { type Shelf } from '../../steps/step.ts'
import { granted, Refused } from '../../steps/reply.ts'
import type { ConsulApi } from '../api.ts'

const KIND = 'consul-autopilot'
const STAGE = 36
const PATH = '/v1/operator/autopilot/configuration'

/** The shelf with autopilot's settings for this number of servers. */
export function autopilotShelf(servers: number): Shelf<ConsulApi> {
  const wanted = { CleanupDeadServers: true, MinQuorum: minimumQuorum(servers) }
  return {
    kind: KIND,
    async steps(api) {
      if (api === undefined) return []
      const found = granted("reading autopilot's settings", await api.get(PATH, autopilotReply))
      const differences = (['CleanupDeadServers', 'MinQuorum'] as const)
        .filter((field) => found[field] !== wanted[field])
        .map((field) => ({ field, is: String(found[field]), wanted: String(wanted[field]) }))
      if (differences.length === 0) return []
      return [
        {
          stage: STAGE,
          // Servers that leave are to lose their votes soon, else the turns of the others wait for them.
          ...(found.MinQuorum > wanted.MinQuorum && { early: true }),
          difference: {
            address: `${KIND}:settings`,
            action: 'update',
            reason: 'the number of servers or a setting changed',
            differences,
          },
          run: async (asked) => {
            const what = "writing autopilot's settings"
            const path = `${PATH}?cas=${found.ModifyIndex}`
            const written = granted(
              what,
              await asked.send('PUT', path, z.boolean(), { json: { ...found, ...wanted } }),
            )
            if (!written)
              throw new Refused(what, { status: 0, problem: 'somebody else changed them just now' })
            return undefined
          },
        },
      ]
    },
  }
}
