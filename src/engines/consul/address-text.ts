/** Addresses as Consul writes them. */
import { isIP } from 'node:net'

/** An address as it stands before `:port`. */
export function addressBeforePort(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address
}
