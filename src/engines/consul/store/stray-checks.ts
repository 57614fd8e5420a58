/**
 * Checks that left a service while its agent was restarted. Agents before 1.15 take what they no longer know out of the catalog with
 * their default token, which there is not; a check that was critical would hide its service from DNS for ever.
 */
import type { ClusterService } from '../../../topology/service.ts'
import { anything, checksReply } from '../replies.ts'
import { checkId } from '../service-definition.ts'
import { type Shelf, type Step } from '../../steps/step.ts'
import { granted } from '../../steps/reply.ts'
import type { ConsulApi } from '../api.ts'

const KIND = 'consul-check'
/** After the nodes' own tokens and policies, beside what else is removed. */
const STAGE = 48

/** The shelf of checks: it makes none, and removes those of our services that have our names and are wanted no longer. */
export function strayCheckShelf(
  nodes: readonly string[],
  servicesOn: (node: string) => readonly ClusterService[],
): Shelf<ConsulApi> {
  const wanted = new Map<string, ReadonlySet<string>>(
    nodes.flatMap((node) =>
      servicesOn(node).map(({ name, checks }) => [
        placeOf(node, name),
        new Set(checks.map((_, index) => checkId(name, index))),
      ]),
    ),
  )
  return {
    kind: KIND,
    async steps(api) {
      if (api === undefined || wanted.size === 0) return []
      const filter = encodeURIComponent('ServiceName != "" and CheckID matches "^service:"')
      const what = 'listing the checks'
      const checks = granted(what, await api.get(`/v1/health/state/any?filter=${filter}`, checksReply))
      return checks
        .filter(({ Node, CheckID, ServiceID }) => {
          const known = wanted.get(placeOf(Node, ServiceID))
          return known !== undefined && CheckID.startsWith(checkId(ServiceID, 0)) && !known.has(CheckID)
        })
        .map(({ Node, CheckID }) => removeStep(Node, CheckID))
    },
  }
}

function placeOf(node: string, service: string): string {
  return `${node}/${service}`
}

function removeStep(node: string, check: string): Step<ConsulApi> {
  return {
    stage: STAGE,
    difference: {
      address: `${KIND}:${node}/${check}`,
      action: 'remove',
      reason: 'the service has no such check any more',
      differences: [],
    },
    run: async (api) => {
      const json = { Node: node, CheckID: check }
      granted(
        `removing the check ${check} of ${node}`,
        await api.send('PUT', '/v1/catalog/deregister', anything, { json }),
      )
      return undefined
    },
  }
}
