/** The address on which an agent talks to the others, and what that means for checking its configuration. */
import { isIP } from 'node:net'
import type { Agent } from './setup.ts'

/**
 * Value of `bind_addr`: an IP address, or a template that the agent resolves when it starts
 * (hashicorp/go-sockaddr, "template").
 */
export function bindAddress({ node, options }: Pick<Agent, 'node' | 'options'>): string {
  if (options.interface !== undefined) return `{{ GetInterfaceIP "${options.interface}" }}`
  if (options.cidr !== undefined) {
    return `{{ GetAllInterfaces | include "network" "${options.cidr}" | attr "address" }}`
  }
  if (isIP(node.address) > 0) return node.address
  return '{{ GetDefaultInterfaces | exclude "type" "IPv6" | limit 1 | attr "address" }}'
}

/** The address that the other agents must see, when it is known before the agent starts. */
export function expectedAddress({ node, options }: Pick<Agent, 'node' | 'options'>): string | undefined {
  const address = bindAddress({ node, options })
  return isIP(address) > 0 ? address : undefined
}
