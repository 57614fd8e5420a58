/** What both roles make of a node in the same way: wishes, resources, gates. */
import { isIP } from 'node:net'
import type { Content, Resource } from '../../resources/kind.ts'
import type { ClusterService } from '../../topology/service.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate, gossipKey, token } from '../../wishes/wishes.ts'
import type { Gate } from '../contract.ts'
import { agentResources } from './agent-resources.ts'
import { agentGate } from './agent-gate.ts'
import { tlsFiles } from './config.ts'
import { consulRelease, installationOf, type PackageSystem } from './install.ts'
import type { ManagementAccess } from './management.ts'
import { API_PORT, LOOPBACK_NAME, secretNames, serverName, UNIT } from './names.ts'
import type { ServerOptions } from './options.ts'
import type { Agent, ConsulNode } from './setup.ts'

/** The secrets that the controller asks with. */
export function managementOf(secrets: RoleSecrets): ManagementAccess {
  return {
    authorityPem: secrets.authority(secretNames.authority).certificatePem,
    management: secrets.token(secretNames.management),
    mayReset: secrets.isRecreated(secretNames.management),
    previous: secrets.previousToken(secretNames.management),
  }
}

/** The secrets that an agent and the services of its node need, as wishes. */
export function agentWishes(
  { datacenter, node, role }: Agent,
  services: readonly ClusterService[],
): readonly SecretWish[] {
  const names = [node.name, node.fqdn, `${node.name}.node.${datacenter.domain}`]
  const server = [serverName(datacenter.name, datacenter.domain), `consul.service.${datacenter.domain}`]
  return [
    authority(secretNames.authority, `Consul of ${datacenter.name}`),
    gossipKey(secretNames.gossip),
    token(
      secretNames.management,
      'apply starts Consul’s access rules anew on the leader; tokens and rules stay, the lost token ends',
    ),
    token(secretNames.agentToken(node.name)),
    ...services.map(({ name }) => token(secretNames.serviceToken(node.name, name))),
    certificate({
      name: secretNames.certificate(node.name),
      authority: secretNames.authority,
      commonName: node.fqdn,
      dnsNames: [...new Set([...names, ...(role === 'server' ? server : []), 'localhost'])],
      ipAddresses: ['127.0.0.1', ...(isIP(node.address) > 0 ? [node.address] : [])],
    }),
  ]
}

/** The certificate that an agent shows on its port for the API. */
export function agentCertificates(node: ConsulNode) {
  return [
    {
      secret: secretNames.certificate(node.name),
      path: tlsFiles.certificate,
      port: API_PORT,
      name: LOOPBACK_NAME,
      authority: secretNames.authority,
      unit: UNIT,
    },
  ]
}

/** The release that a node needs; none with the package. */
export function agentReleases({ source }: ServerOptions, { datacenter }: Agent, architecture: string) {
  return source === 'package' ? [] : [consulRelease(datacenter.version, architecture)]
}

/** Where an agent's resources come from. */
export interface AgentSources {
  readonly agent: Agent
  readonly options: ServerOptions
  readonly architecture: string
  readonly system: PackageSystem
  readonly services: readonly ClusterService[]
  readonly secrets: RoleSecrets
  readonly release: (wish: ReturnType<typeof consulRelease>) => Content
}

/** The resources of an agent, with its secrets. */
export function resourcesOfAgent(sources: AgentSources): readonly Resource[] {
  const { agent, options, architecture, secrets } = sources
  const { name } = agent.node
  return agentResources({
    agent,
    installation: installationOf(
      options,
      () => sources.release(consulRelease(agent.datacenter.version, architecture)),
      sources.system,
    ),
    services: sources.services,
    authorityPem: secrets.authority(secretNames.authority).certificatePem,
    certificate: secrets.certificate(secretNames.certificate(name)),
    gossipKeys: secrets.gossipKeys(secretNames.gossip),
    tokenSecret: secrets.token(secretNames.agentToken(name)).secretId,
    serviceSecret: (service) => secrets.token(secretNames.serviceToken(name, service)).secretId,
  })
}

/** The gate of an agent. */
export function gateOfAgent(
  node: ConsulNode,
  services: readonly ClusterService[],
  secrets: RoleSecrets,
  servers: readonly ConsulNode[],
): Gate {
  return agentGate({
    node: node.name,
    access: {
      authorityPem: secrets.authority(secretNames.authority).certificatePem,
      token: secrets.token(secretNames.agentToken(node.name)).secretId,
      certificatePem: secrets.certificate(secretNames.certificate(node.name)).certificatePem,
    },
    services,
    servers: servers.map(({ name }) => name),
    management: managementOf(secrets),
  })
}
