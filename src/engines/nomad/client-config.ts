/** The configuration of a client, as a value. Pure: same input, same bytes. */
import { isIP } from 'node:net'
import { addressBeforePort } from '../autopilot/address-text.ts'
import { catalogOfClient } from './catalog.ts'
import { chrootOf } from './chroot.ts'
import type { ClientOptions, Driver } from './client-options.ts'
import { OWN_ADDRESS, tlsPart } from './config.ts'
import { CLIENT_API_PORT, CLIENT_FOLDER, GOODBYE_SECONDS, RPC_PORT } from './names.ts'
import type { NomadNode, Region } from './setup.ts'
import type { Settings } from './settings.ts'

/** One client. */
export interface ClientParts {
  readonly region: Region
  readonly node: NomadNode
  readonly options: ClientOptions
  readonly drivers: readonly Driver[]
  /** Interface of the network that the agents talk over; the node's own when left out. */
  readonly interface?: string | undefined
  /** Whether it registers what it runs in Consul. */
  readonly registers: boolean
}

/** The configuration of a client. */
export function clientConfig(parts: ClientParts): Settings {
  const { region, node, options } = parts
  const address = isIP(node.address) > 0 ? node.address : OWN_ADDRESS
  return {
    name: node.name,
    region: region.name,
    datacenter: region.datacenter,
    data_dir: options.data_dir,
    bind_addr: address,
    addresses: { http: region.watched ? `127.0.0.1 ${address}` : '127.0.0.1' },
    advertise: { http: address },
    ports: { http: CLIENT_API_PORT },
    client: clientPart(parts),
    plugin: pluginsOf(parts.drivers),
    acl: { enabled: true },
    tls: tlsPart(CLIENT_FOLDER),
    telemetry: {
      prometheus_metrics: true,
      publish_node_metrics: true,
      publish_allocation_metrics: true,
      disable_hostname: true,
    },
    ui: { enabled: false },
    consul: catalogOfClient(parts.registers),
    leave_on_interrupt: false,
    leave_on_terminate: false,
    disable_update_check: true,
    log_level: options.log_level.toUpperCase(),
  }
}

function clientPart({ region, node, options, drivers, interface: network }: ClientParts): Settings {
  const memory = options.reserved_memory ?? reservedMebibytes(node.board.memoryBytes)
  return {
    enabled: true,
    server_join: {
      retry_join: region.servers.map(({ address }) => `${addressBeforePort(address)}:${RPC_PORT}`),
      retry_interval: '5s',
    },
    node_class: node.board.model,
    meta: metaOf(node, options),
    options: { 'driver.allowlist': drivers.join() },
    ...(network !== undefined && { network_interface: network }),
    reserved: { memory, disk: options.reserved_disk },
    chroot_env: chrootOf(node, options),
    max_kill_timeout: `${GOODBYE_SECONDS}s`,
    // A card is small and slow: finished work goes early, and one after the other.
    gc_disk_usage_threshold: 75,
    gc_max_allocs: 30,
    gc_parallel_destroys: 1,
    disable_remote_exec: false,
    ...(Object.keys(options.host_volumes).length > 0 && {
      host_volume: Object.fromEntries(
        Object.entries(options.host_volumes).map(([name, { path, read_only }]) => [
          name,
          { path, read_only },
        ]),
      ),
    }),
  }
}

/** Board and labels, and what is plugged in: `${meta.has_speaker}` is `true`. What the user wrote wins. */
export function metaOf(
  { fqdn, architecture, board }: NomadNode,
  { meta }: Pick<ClientOptions, 'meta'>,
): Settings {
  const word = (text: string): string => text.replaceAll(/[^A-Za-z0-9_]/g, '_')
  return {
    fqdn,
    model: board.model,
    architecture,
    ...Object.fromEntries(board.has.map((thing) => [`has_${word(thing)}`, 'true'])),
    ...Object.fromEntries(Object.entries(board.labels).map(([key, value]) => [word(key), value])),
    ...meta,
  }
}

/** A quarter of the board, for the system and the agent. */
export function reservedMebibytes(memoryBytes: number): number {
  return Math.min(1024, Math.max(256, Math.floor(memoryBytes / 4 / 1024 ** 2)))
}

function pluginsOf(drivers: readonly Driver[]): Settings {
  return {
    ...(drivers.includes('raw_exec') && { raw_exec: { config: { enabled: true } } }),
    ...(drivers.includes('docker') && {
      docker: { config: { allow_privileged: false, volumes: { enabled: false }, gc: { image_delay: '1h' } } },
    }),
  }
}
