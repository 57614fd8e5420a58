/** Whether a node's Docker serves, with the limits that containers need. */
import { z } from 'zod'
import type { Gate } from '../contract.ts'
import { withDocker } from './docker-api.ts'

const infoReply = z.object({ MemoryLimit: z.boolean(), ServerVersion: z.string() })

/** A Zero unpacks its first start from a card. */
const PATIENCE_SECONDS = 120

/** Asks the Docker of a node. */
export function dockerGate(node: string): Gate {
  return {
    name: 'docker',
    node,
    engine: 'docker',
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) =>
      withDocker(link, node, async (api) => {
        const info = await api.get('/info', infoReply)
        if (!info.ok) return { passed: false, detail: info.problem }
        if (info.value.MemoryLimit)
          return { passed: true, detail: `Docker ${info.value.ServerVersion} serves` }
        return {
          passed: false,
          detail: 'its kernel has no memory controller, so no container has a limit: see `cat /proc/cmdline`',
        }
      }),
  }
}
