/** The addresses of a mesh. */
import ipaddr from 'ipaddr.js'

/** A range such as `10.70.0.0/24`; undefined when it is none, or when its address lies inside of it. */
export function parseRange(text: string): { readonly first: string; readonly length: number } | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined
  const [address, length] = ipaddr.parseCIDR(text)
  const network =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(text)
      : ipaddr.IPv6.networkAddressFromCIDR(text)
  return network.toString() === address.toString() ? { first: address.toString(), length } : undefined
}

/** Is the address in the range? */
export function isInRange(range: string, address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  const [first, length] = ipaddr.parseCIDR(range)
  return parsed.kind() === first.kind() && parsed.match(first, length)
}

/** The addresses that nodes can have: all but the first one, which names the range, and the last one of IPv4, which is for everybody. */
export function* addressesOf(range: string): Generator<string> {
  const [first, length] = ipaddr.parseCIDR(range)
  const bytes = first.toByteArray()
  const count = 2 ** Math.min(bytes.length * 8 - length, MOST_BITS)
  const end = first.kind() === 'ipv4' ? count - 1 : count
  for (let index = 1; index < end; index++) yield ipaddr.fromByteArray(plus(bytes, index)).toString()
}

/** More nodes than any mesh has. */
const MOST_BITS = 20

function plus(bytes: readonly number[], index: number): number[] {
  const sum = [...bytes]
  for (let at = sum.length - 1, left = index; left > 0 && at >= 0; at--) {
    left += sum[at] ?? 0
    sum[at] = left % 256
    left = Math.floor(left / 256)
  }
  return sum
}

/** An address alone as a range. */
export function alone(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`
}
