/** The role `vault`: keeps secrets for whoever has the right to them, by majority. */
import { isIP } from 'node:net'
import type { Servers } from '../../engines/vault/bring-in.ts'
import { vaultGroup } from '../../engines/vault/group.ts'
import { earlierKeys, keyNames, keyOffers } from '../../engines/vault/keys.ts'
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
import { serverResources } from '../../engines/vault/server-resources.ts'
import { accessOf, groupOf, networkOf, nodesOn, versionOf, wantedVersion } from '../../engines/vault/setup.ts'
import { vaultProbe } from '../../engines/vault/status.ts'
import { stepDown } from '../../engines/vault/step-down.ts'
import { vaultStore } from '../../engines/vault/vault-store.ts'
import { onNetwork } from '../../topology/network.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate } from '../../wishes/wishes.ts'
import { defineRole, type RoleContext, type RoleWishContext } from '../role.ts'
import { serverFindings } from './findings.ts'
import { settledValues } from './settled.ts'

function wishes({ options, node, cluster }: RoleWishContext<VaultOptions>): readonly SecretWish[] {
  const { name, fqdn, address } = onNetwork(node, networkOf(cluster, options))
  return [
    authority(secretNames.authority, `Vault of ${cluster.name}`),
    ...earlierKeys(options),
    certificate({
      name: secretNames.certificate(name),
      authority: secretNames.authority,
      commonName: fqdn,
      dnsNames: [...new Set([name, fqdn, LOOPBACK_NAME])],
      ipAddresses: ['127.0.0.1', ...(isIP(address) > 0 ? [address] : [])],
    }),
  ]
}

function serversOf({
  options,
  cluster,
  secrets,
}: Pick<RoleContext<VaultOptions>, 'options' | 'cluster' | 'secrets'>): Servers {
  return {
    group: groupOf(cluster, options),
    nodes: nodesOn(networkOf(cluster, options), cluster.nodes),
    access: accessOf(secrets, options),
  }
}

/**
 * A server of Vault with its data in its own consensus. Its keys are made once by the first server and kept by the controller, which opens
 * every server after each start; changes go one server at a time, the active one last.
 */
const vault = defineRole({
  name: ROLE,
  summary: 'A Vault server: keeps secrets, encrypted, for whoever has the right to them.',
  options: vaultOptions,
  findings: ({ options, cluster, nodes }) => serverFindings(options, cluster, nodes),
  settled: ({ options, cluster }) => settledValues(options, networkOf(cluster, options)),
  provides: ({ options, cluster }) => providedByServer(groupOf(cluster, options)),
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
  resources: ({ options, node, cluster, secrets, release }) =>
    serverResources({
      group: groupOf(cluster, options),
      node: onNetwork(node, networkOf(cluster, options)),
      release: release(vaultRelease(versionOf(options, cluster), node.architecture)),
      authorityPem: secrets.authority(secretNames.authority).certificatePem,
      certificate: secrets.certificate(secretNames.certificate(node.name)),
    }),
  group: (context) => vaultGroup(serversOf(context)),
  drains: (context) => context.nodes.map(({ name }) => stepDown(serversOf(context), name)),
  gates: (context) => [serverGate(serversOf(context), context.node.name)],
  store: (context) => vaultStore(serversOf(context)),
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
  status: (context) => vaultProbe(serversOf(context)),
})

export default vault
