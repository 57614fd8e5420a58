/** Codes of the role `wireguard`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

const shownBy = 'src/roles/wireguard/wireguard.test.ts'

/** What can be wrong with a mesh before it exists. */
export const wireguardCodes = defineCodes({
  WIREGUARD_NODE_WITHOUT_ADDRESS: code<{ node: string; address: string }>({
    origin: 'cluster',
    shownBy,
    title: 'A node of the mesh that is known by name alone',
    summary: ({ node, address }) => `${node} is known as ${address}, which is no IP address`,
    why: 'the others would look the name up once, when the tunnel is made, at a time when there may be no DNS; and never again',
    fix: ({ node }) => `write  address:  of ${node} as an IP address, one that does not change`,
    explain:
      'WireGuard resolves the name of an endpoint once. At a boot of the whole cluster nobody answers for names yet, and after a change of address the tunnel goes on to the old one. ' +
      'An IPv6 address with an interface behind % means something on this computer only.',
  }),
  WIREGUARD_NETWORK_OVERLAPS: code<{ node: string; address: string; network: string }>({
    origin: 'cluster',
    shownBy,
    title: 'A mesh whose addresses are in use',
    summary: ({ node, address, network }) => `${node} has the address ${address}, which is in ${network}`,
    why: 'what is meant for the network below would be sent into the mesh, and the node would be reached by neither',
    fix: 'choose a network for the mesh that nothing else uses, such as 10.70.0.0/24',
    explain:
      'The addresses of the mesh need a range of their own. It must not overlap with the network that the nodes stand in, with what they reach over VPNs, or with those of containers.',
  }),
  WIREGUARD_NODE_UNKNOWN: code<{ name: string; near: string | undefined }>({
    origin: 'cluster',
    shownBy,
    title: 'A node behind NAT that is not in the mesh',
    summary: ({ name }) => `behind_nat names ${name}, which does not have the role wireguard`,
    why: 'it says of which nodes of the mesh the others cannot call; of others it means nothing',
    fix: ({ near }) => (near === undefined ? 'take it out, or add it to  on' : `did you mean ${near}?`),
    explain: 'Nodes with `via` count as behind NAT anyway and need not be named.',
  }),
})
