/** Before the active server is taken out of service, another one takes over: a moment in place of an election. */
import { poll } from '../../support/poll.ts'
import type { Drain, NodeLink } from '../contract.ts'
import { granted } from '../steps/reply.ts'
import { withApi } from './api.ts'
import { activeAmong, askServers } from './ask-server.ts'
import type { Servers } from './bring-in.ts'
import { interrupts } from './group.ts'
import { ENGINE } from './names.ts'
import { anything } from './replies.ts'

const TAKE_OVER_SECONDS = 30

/** The hand-over of the server on a node. */
export function stepDown(servers: Servers, node: string): Drain {
  return {
    name: ENGINE,
    node,
    interruptedBy: interrupts(servers.group.options),
    before: (link) => handOver(servers, link, node),
    // Whoever is active by then stays it.
    after: () => Promise.resolve(),
  }
}

async function handOver({ group, nodes, access }: Servers, link: NodeLink, node: string): Promise<void> {
  const look = async () => askServers(link, group.servers, nodes, access)
  const looks = await look()
  const isAlone = !looks.some((one) => one.node !== node && one.state === 'standby')
  if (activeAmong(looks)?.node !== node || isAlone) return
  await withApi(link, node, access, async (api) => {
    granted('stepping down', await api.send('PUT', '/v1/sys/step-down', anything))
  })
  const { passed, detail } = await poll(
    async () => {
      const active = activeAmong(await look())?.node
      return { passed: active !== undefined && active !== node, detail: `active is ${active ?? 'nobody'}` }
    },
    { patienceSeconds: TAKE_OVER_SECONDS },
  )
  if (!passed) throw new Error(`no other server took over from ${node}: ${detail}`)
}
