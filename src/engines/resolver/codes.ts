/** Codes of all resolvers of a cluster. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with resolvers. */
export const resolverCodes = defineCodes({
  DNS_NODE_WITHOUT_ADDRESS: code<{ node: string; address: string }>({
    title: 'A resolver without an address',
    summary: ({ node, address }) => `${node} is known as ${address}, and is to be a resolver`,
    why: 'who asks a resolver must know its address: a name would have to be asked for first',
    fix: ({ node }) => `write  address:  of ${node} as an IP address`,
    explain:
      'Whoever uses a resolver has its address in `/etc/resolv.conf`, which holds no names. Give the board a fixed address, in the cluster file and in whatever gives addresses to it. On a network of the cluster, such as `wireguard`, each node has one: `network: wireguard`.',
  }),
  DNS_NODE_WITHOUT_CONSUL: code<{ node: string; role: string }>({
    title: 'A resolver without an agent of Consul',
    summary: ({ node }) => `${node} is a resolver and has no agent of Consul`,
    why: 'it asks the agent on its own node, so it would know none of Consul’s names',
    fix: ({ node, role }) => `use consul-client on ${node}, or let ${role} be on nodes that have an agent`,
    explain:
      'In a cluster with Consul a resolver knows the names of its services and nodes. It asks the agent on its own node: that is the only one which answers without TLS and a token, and it is there also when the network is not.',
  }),
  DNS_RESOLVER_SINGLE: code<{ node: string }>({
    severity: 'warning',
    title: 'One resolver alone',
    summary: ({ node }) => `${node} is the only resolver`,
    why: 'while it is away, for an update for instance, no node finds any name',
    fix: 'let it be on two nodes:  on: [NODE, NODE]  or  count: 2',
    explain:
      'A resolver that is on one node only is what all nodes stand on. With two, each node asks the other one after a second without an answer, and Bramble changes and restarts them one at a time.',
  }),
})
