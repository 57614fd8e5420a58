/** How each line of Consul wants to be told things. */
import { compareVersions } from '../../releases/version.ts'

/**
 * How a version wants to be told things. Sources are HashiCorp's changelog (`CHANGELOG.md`) and its pages "Upgrading specific
 * versions" and "Agent configuration reference"; which of the lines the tests run is told in `docs/engines.md`.
 *
 * What else changed from 1.20 to 2.1, and needs no other word from us (the pages of 2.0.x and 2.1.x of the same names, read in 2026):
 * - 1.20 keeps the raft log of a **new** server in `raft/wal` in place of `raft/raft.db`; a server that has the old file stays with it
 *   (`agent/consul/server.go`: "Only use WAL if there is no existing raft.db").
 * - 1.21.5 and 1.22.0 refuse keys of the key-value store that climb (`..`, also encoded) or have a blank at an end (changelog: GH-22682, GH-22850);
 *   `disable_kv_key_validation` would turn that off and is never written.
 * - 1.22.5 and 1.22.6 end an answer of the API after 30 seconds, 1.22.7 and 2.0 after 15 minutes (`http_config.read_timeout` and
 *   `write_timeout`): longer blocking queries want 1.22.7.
 * - 2.0 counts its versions otherwise (version, modification, fix) and wants no other configuration ("Upgrade Consul to v2.0.x": no
 *   configuration changes are required). The keys that became `tls { }`, `ui_config { }` and `acl.tokens { }` are still read by all of them.
 * - 2.1 negotiates a hybrid key exchange where `tls_min_version` is TLS 1.3 (`tls.defaults.tls_ecdh_curves` for other groups), and its
 *   `redirect-traffic` uses nftables; neither is used here.
 */
export interface Dialect {
  /** `ui_config { enabled }` instead of `ui`, since 1.9 (changelog of 1.9.0: "ui: … `ui_config`"). */
  readonly uiBlock: boolean
  /** `tls { }` instead of `ca_file`, `verify_incoming_rpc` and the like, since 1.12 (changelog of 1.12.0; upgrade page, 1.12.x). */
  readonly tlsBlock: boolean
  /** Has the port `grpc_tls`, on by default for servers, since 1.14 (upgrade page, 1.14.x, "Changes to gRPC TLS configuration"). */
  readonly grpcTlsPort: boolean
  /** Has `peering { }`, since 1.13; on by default since 1.14. */
  readonly peering: boolean
  /** Agents take services and checks out of the catalog with their own token, since 1.15 (hashicorp/consul#16097). */
  readonly agentDeregisters: boolean
}

/** The dialect of a version; that of a line which is not known yet is the newest one. */
export function dialectOf(version: string): Dialect {
  const since = (first: string): boolean => compareVersions(version, first) >= 0
  return {
    uiBlock: since('1.9.0'),
    tlsBlock: since('1.12.0'),
    grpcTlsPort: since('1.14.0'),
    peering: since('1.13.0'),
    agentDeregisters: since('1.15.0'),
  }
}
