/** Codes of the role `firewall`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What is worth a word before ports are closed. */
export const firewallCodes = defineCodes({
  FIREWALL_NODE_WITHOUT_ADDRESS: code<{ node: string; address: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'src/roles/firewall/firewall.test.ts',
    title: 'A node that rules cannot name',
    summary: ({ node, address }) => `${node} is known as ${address}, which is no IP address`,
    why: 'what is open to nodes alone is closed to it, because rules hold addresses and no names',
    fix: ({ node }) => `write  address:  of ${node} as an IP address`,
    explain:
      'A name would be looked up once, when the rules are loaded, before there is any DNS. Nodes that talk over a network of the cluster, such as `wireguard`, are known by their addresses there.',
  }),
})
