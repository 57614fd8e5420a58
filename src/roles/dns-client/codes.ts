/** Codes of the role `dns-client`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with who asks for names. */
export const dnsClientCodes = defineCodes({
  DNS_CLIENT_WITHOUT_RESOLVER: code<{ node: string }>({
    title: 'A node that would have nobody to ask for names',
    summary: ({ node }) => `${node} is to ask the resolvers of the cluster, and can reach none`,
    why: 'its /etc/resolv.conf would name nobody, and no name would be found',
    fix: 'use the role dns on two nodes:  dns: { count: 2 }',
    explain:
      'The role `dns-client` has a node ask the resolvers of the cluster file: those of the role `dns`. Where these answer on a network of the cluster alone (`network: wireguard`), only nodes that are on it can ask them.',
  }),
})
