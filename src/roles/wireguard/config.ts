/** The configuration of the interface (wg-quick(8), wg(8) "CONFIGURATION FILE FORMAT"). Pure: same input, same bytes. */
import type { WireguardOptions } from './options.ts'
import type { Peer } from './mesh.ts'
import { alone } from './range.ts'

/** Path of the configuration, which wg-quick reads by the name of the interface. */
export function configPath({ interface: name }: Pick<WireguardOptions, 'interface'>): string {
  return `/etc/wireguard/${name}.conf`
}

/** Path of the public key, for the facts: see facts.sh. */
export const PUBLIC_PATH = '/etc/wireguard/bramble.pub'

/** The lines that only count when the interface is made: with others it has to be made anew. */
export function interfaceLines(address: string, { network, mtu }: WireguardOptions): string[] {
  const [, length] = network.split('/')
  return [`Address = ${address}/${length}`, `MTU = ${mtu}`]
}

/** The text of the file. All but {@link interfaceLines} is taken up while packets go through. */
export function configText(
  address: string,
  options: WireguardOptions,
  privateKey: string,
  peers: readonly (Peer & { readonly publicKey: string })[],
): string {
  const own = [
    ...interfaceLines(address, options),
    `ListenPort = ${options.port}`,
    `PrivateKey = ${privateKey}`,
  ]
  const others = peers.map((peer) =>
    [
      `# ${peer.node}`,
      '[Peer]',
      `PublicKey = ${peer.publicKey}`,
      `AllowedIPs = ${alone(peer.address)}`,
      ...(peer.endpoint === undefined ? [] : [`Endpoint = ${peer.endpoint}`]),
      ...(peer.keepalive === undefined ? [] : [`PersistentKeepalive = ${peer.keepalive}`]),
    ].join('\n'),
  )
  return `${[`# Written by bramble.\n[Interface]\n${own.join('\n')}`, ...others].join('\n\n')}\n`
}
