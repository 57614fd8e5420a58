/** The text of a first cluster file: small, with comments that say what can come next. */
import { stringify } from 'yaml'

/** One node that was named. */
export interface FirstNode {
  readonly name: string
  readonly address?: string
}

/** What is known of the cluster. */
export interface FirstAnswers {
  readonly name: string
  readonly domain: string
  readonly user: string
  readonly nodes: readonly FirstNode[]
  /** Path of a public SSH key. */
  readonly key?: string
}

/** The YAML; whatever was answered arrives in it as it is. */
export function firstClusterFile({ name, domain, user, nodes, key }: FirstAnswers): string {
  const value = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd()
  const entries = nodes.map((node) => {
    const address = node.address === undefined ? '{}' : `{ address: ${flow(node.address)} }`
    return `  ${value(node.name)}: ${address}`
  })
  return `# yaml-language-server: $schema=./cluster.schema.json
# The whole cluster. Type: bramble check, bramble plan, bramble apply.

cluster: ${value(name)}
# A domain you own, or home.arpa, which is set aside for homes. Services answer under service.<domain>.
domain: ${value(domain)}

access:
  user: ${value(user)}
${key === undefined ? '  # authorized_keys: [~/.ssh/id_ed25519.pub]   # who may log in to the nodes' : `  authorized_keys: [${flow(key)}]`}

# Boards. Model and memory are read from them; write them down to plan for boards that are not there yet:
#   ears: { address: 192.168.1.13, model: pi4, memory: 4GiB, has: [microphone] }
nodes:
${entries.join('\n')}

# Sets of nodes, by name or by what the boards are:
# groups:
#   core: { model: [pi4, pi5], memory: ">=2GiB" }

roles:
  base:
    on: all
  # A Consul datacentre: an odd number of servers, and clients on the rest.
  # consul-server:
  #   on: all
  #   count: 3
  # consul-client:
  #   on: rest
`
}

/** A text inside brackets, where commas and brackets have a meaning. */
function flow(text: string): string {
  return stringify([text], { collectionStyle: 'flow', lineWidth: 0 }).trim().slice(1, -1).trim()
}
