/** Finds agents that would be one and the same for Consul, because the card of one is a copy of the other's. */
import { rolesConsulCodes } from './codes.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { repeated } from '../../support/repeated.ts'

interface SeenNode {
  readonly name: string
  readonly facts: Readonly<Record<string, string>>
}

/** One finding for each node that has the node id of a node before it. */
export function copiedAgents(
  nodes: readonly SeenNode[],
  folder: string,
): { readonly diagnostic: Omit<Diagnostic, 'where'>; readonly node: string }[] {
  return repeated(nodes, nodeId).map(({ node, other, value: id }) => ({
    node,
    diagnostic: rolesConsulCodes.CONSUL_NODE_ID_TWICE({ node, other, id, folder }),
  }))
}

/** As the node said it; what is no id of Consul's making (a UUID) says nothing. */
function nodeId({ facts }: SeenNode): string | undefined {
  const id = /(?:^| )Consul=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?: |$)/i.exec(
    facts['engine_ids'] ?? '',
  )
  return id?.[1]?.toLowerCase()
}
