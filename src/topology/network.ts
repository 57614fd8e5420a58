/** A network of addresses of its own that a role makes, to which engines can be bound. */

/** What others need to know of it. */
export interface Network {
  /** Name of its interface, the same on every node. */
  readonly interface: string
  /** systemd unit that makes the interface: who listens on it starts after that. */
  readonly unit: string
  /** All its addresses, such as `10.70.0.0/24`. */
  readonly range: string
  /** Address of a node on it; undefined for a node that is not on it. */
  addressOf(node: string): string | undefined
}

/** A node as it is seen on a network: at its address there. Its own address stays where there is no network, or it is not on it. */
export function onNetwork<Node extends { readonly name: string; readonly address: string }>(
  node: Node,
  network: Pick<Network, 'addressOf'> | undefined,
): Node {
  const address = network?.addressOf(node.name)
  return address === undefined ? node : { ...node, address }
}
