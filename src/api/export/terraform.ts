/** The cluster as variables of Terraform or OpenTofu (`terraform.tfvars.json`). */
import type { OpenedCluster } from '../open.ts'
import { sshDials } from '../ssh.ts'

/** JSON with `cluster_name`, `domain` and `nodes`, a map by name; no secret and no private key is in it. */
export function terraformVariables(cluster: OpenedCluster): string {
  const dials = new Map(sshDials(cluster).map((dial) => [dial.node, dial]))
  const { cluster: resolved } = cluster.resolved
  const nodes = resolved.nodes.map(({ name, fqdn, address, board, roles }) => {
    const { user, port } = dials.get(name) ?? {}
    const { model, architecture, has, labels } = board
    return [name, { address, fqdn, user, port, model, architecture, has, labels, roles }]
  })
  const variables = {
    cluster_name: cluster.name,
    domain: resolved.domain,
    nodes: Object.fromEntries(nodes) as object,
  }
  return `${JSON.stringify(variables, undefined, 2)}\n`
}
