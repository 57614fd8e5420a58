/** The role `vault`: keeps secrets for whoever has the right to them, by majority. */
import { isIP } from 'node:net'
import { secretNames as consulSecrets } from '../../engines/consul/names.ts'
import { serversOf } from '../../engines/vault/servers.ts'
import { vaultGroup } from '../../engines/vault/group.ts'
import { heldWishes, valueWishes } from '../../engines/vault/held-wishes.ts'
import { earlierKeys, isKey, keyNames, keyOffers } from '../../engines/vault/keys.ts'
import { VAULT_LINES, vaultRelease } from '../../engines/vault/lines.ts'
import {
  API_PORT,
  ENGINE,
  LOOPBACK_NAME,
  ROLE,
  secretNames,
  tlsFiles,
  UNIT,
} from '../../engines/vault/names.ts'
import { vaultOptions, type VaultOptions } from '../../engines/vault/options.ts'
import { providedByServer } from '../../engines/vault/provided.ts'
import { serverGate } from '../../engines/vault/returned.ts'
import { serverResources, type ServerParts } from '../../engines/vault/server-resources.ts'
import { groupOf, networkOf, versionOf, wantedVersion } from '../../engines/vault/setup.ts'
import { SNAPSHOT_LOSS, snapshotResources } from '../../engines/vault/snapshot.ts'
import { vaultProbe } from '../../engines/vault/status.ts'
import { stepDown } from '../../engines/vault/step-down.ts'
import { vaultStore } from '../../engines/vault/vault-store.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate, password, token } from '../../wishes/wishes.ts'
import { defineRole, type RoleWishContext } from '../role.ts'
import { serverFindings } from './findings.ts'
import { settledValues } from './settled.ts'

/** Whether somebody keeps the backups of a server: only then there is a token for it. What lies in Consul is saved with Consul. */
function isSaved(cluster: Pick<Cluster, 'find' | 'keeper'>, { storage }: VaultOptions): boolean {
  return storage === 'raft' && cluster.find(ROLE).some(({ name }) => cluster.keeper(name) !== undefined)
}

function wishes({ options, node, cluster }: RoleWishContext<VaultOptions>): readonly SecretWish[] {
  const { name, fqdn, address } = onNetwork(node, networkOf(cluster, options))
  const forConsul = options.storage === 'consul' ? [token(secretNames.consulToken(name))] : []
  return [
    ...forConsul,
    { ...authority(secretNames.authority, `Vault of ${cluster.name}`), keeps: isKey },
    ...earlierKeys(options),
    ...valueWishes(options),
    ...(isSaved(cluster, options) ? [password(secretNames.snapshot, SNAPSHOT_LOSS)] : []),
    certificate({
      name: secretNames.certificate(name),
      authority: secretNames.authority,
      commonName: fqdn,
      dnsNames: [...new Set([name, fqdn, LOOPBACK_NAME])],
      ipAddresses: ['127.0.0.1', ...(isIP(address) > 0 ? [address] : [])],
    }),
  ]
}

function consulOf(secrets: RoleSecrets, node: string): NonNullable<ServerParts['consul']> {
  return {
    authorityPem: secrets.authority(consulSecrets.authority).certificatePem,
    token: secrets.token(secretNames.consulToken(node)).secretId,
  }
}

/**
 * A server of Vault with its data in its own consensus, or in Consul. Its keys are made once by the first server and kept by the controller, which opens
 * every server after each start; changes go one server at a time, the active one last.
 */
const vault = defineRole({
  name: ROLE,
  summary: 'A Vault server: keeps secrets, encrypted, for whoever has the right to them.',
  options: vaultOptions,
  findings: ({ options, cluster, nodes }) => serverFindings(options, cluster, nodes),
  settled: ({ options, cluster }) => settledValues(options, networkOf(cluster, options)),
  provides: ({ options, node, cluster }) => providedByServer(groupOf(cluster, options), node.name),
  secrets: wishes,
  offers: ({ options }) => keyOffers(options),
  needs: ({ options }) => keyNames(options),
  certificates: ({ node }) => [
    {
      secret: secretNames.certificate(node.name),
      path: tlsFiles.certificate,
      port: API_PORT,
      name: LOOPBACK_NAME,
      authority: secretNames.authority,
      unit: UNIT,
    },
  ],
  releases: ({ options, node, cluster }) => [vaultRelease(versionOf(options, cluster), node.architecture)],
  resources: ({ options, node, cluster, secrets, release }) => [
    ...serverResources({
      group: groupOf(cluster, options),
      node: onNetwork(node, networkOf(cluster, options)),
      release: release(vaultRelease(versionOf(options, cluster), node.architecture)),
      authorityPem: secrets.authority(secretNames.authority).certificatePem,
      certificate: secrets.certificate(secretNames.certificate(node.name)),
      ...(options.storage === 'consul' && { consul: consulOf(secrets, node.name) }),
    }),
    ...(isSaved(cluster, options) && cluster.keeper(node.name)
      ? snapshotResources(secrets.text(secretNames.snapshot))
      : []),
  ],
  group: (context) => vaultGroup(serversOf(context.cluster, context.options, context.secrets)),
  drains: (context) =>
    context.nodes.map(({ name }) =>
      stepDown(serversOf(context.cluster, context.options, context.secrets), name),
    ),
  gates: (context) => [
    serverGate(serversOf(context.cluster, context.options, context.secrets), context.node.name),
  ],
  store: (context) =>
    vaultStore({
      ...serversOf(context.cluster, context.options, context.secrets),
      held: heldWishes(context.options, context.secrets, isSaved(context.cluster, context.options)),
    }),
  version: ({ options, cluster, nodes }) => {
    const wanted = wantedVersion(options, cluster)
    return {
      engine: ENGINE,
      lines: VAULT_LINES,
      ...(wanted !== undefined && { wanted }),
      ...(options.version !== undefined && { statedBy: 'version' }),
      isAccepted: options.unmaintained === 'accepted',
      nodes: nodes.map(({ name }) => name),
    }
  },
  status: (context) => vaultProbe(serversOf(context.cluster, context.options, context.secrets)),
})

export default vault
