/** What a node with an agent has: the program, its configuration, its secrets, its unit. Reads in the order of effect. */
import type { ClusterService } from '../../topology/service.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import {
  agentConfig,
  configText,
  keyringText,
  serviceFile,
  tlsFiles,
  tokenText,
  validationConfig,
} from './config.ts'
import type { Installation } from './install.ts'
import {
  CONFIG_FILE,
  CONFIG_FOLDER,
  CONSUL_USER,
  STATE_ENTRIES,
  stateFiles,
  TLS_FOLDER,
  UNIT,
  VALIDATION_FILE,
} from './names.ts'
import { serviceDefinition } from './service-definition.ts'
import type { Agent } from './setup.ts'
import { unitText } from './unit-text.ts'
import { foreignConfiguration, oldState } from './what-others-left.ts'

/** Everything that the agent of a node is made of. */
export interface AgentParts {
  readonly agent: Agent
  readonly installation: Installation
  readonly services: readonly ClusterService[]
  readonly authorityPem: string
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string }
  readonly gossipKeys: readonly string[]
  /** Secret of the agent's own token. */
  readonly tokenSecret: string
  /** Secret of the token of a service on this node. */
  readonly serviceSecret: (service: string) => string
}

/** The resources of an agent. */
export function agentResources(parts: AgentParts): readonly Resource[] {
  const { agent, installation } = parts
  const { dataFolder: state, networkUnit } = agent.datacenter
  const certificates = certificateFiles(parts)
  const tokens = secretFile(stateFiles.tokens(state), tokenText(parts.tokenSecret))
  const [configuration, ...checkedBy] = configurationFiles(parts)
  const services = parts.services.map((one) => serviceResource(one, parts))
  const unitFile = unit({
    name: UNIT,
    content: unitText(installation.program, state, agent.datacenter.networkUnit),
    needs: [installation.address],
  })
  return [
    oldState(agent),
    ...installation.resources,
    directory({ path: CONFIG_FOLDER }),
    directory({ path: TLS_FOLDER }),
    directory({ path: state, mode: '700', owner: CONSUL_USER, group: CONSUL_USER, purge: STATE_ENTRIES }),
    directory({ path: `${state}/serf`, mode: '700', owner: CONSUL_USER, group: CONSUL_USER, purge: true }),
    ...certificates,
    ...keyrings(parts),
    tokens,
    ...checkedBy,
    configuration,
    ...services,
    foreignConfiguration(agent),
    unitFile,
    service({
      name: UNIT,
      restartOn: [installation.address, addressOf(unitFile), addressOf(configuration)],
      reloadOn: [...certificates, tokens, ...services].map(addressOf),
      needs: networkUnit === undefined ? [] : [`service:${networkUnit}`],
    }),
  ]
}

/** The key is for the agent alone; the certificates may be read by whoever talks to it. */
function certificateFiles({ authorityPem, certificate }: AgentParts): readonly Resource[] {
  return [
    file({ path: tlsFiles.authority, content: authorityPem }),
    file({ path: tlsFiles.certificate, content: certificate.certificatePem }),
    secretFile(tlsFiles.key, certificate.keyPem),
  ]
}

/** For the agent alone. */
const SECRET = { mode: '600', owner: CONSUL_USER, group: CONSUL_USER, sensitive: true } as const

function secretFile(path: string, content: string): Resource {
  return file({ path, content, ...SECRET })
}

/** There before the first start. Later the members exchange keys while they run, and write these files the same way. */
function keyrings({ agent, gossipKeys }: AgentParts): readonly Resource[] {
  const { dataFolder, wan } = agent.datacenter
  const content = keyringText(gossipKeys)
  const hasWan = wan && agent.role === 'server'
  return [
    secretFile(stateFiles.keyring(dataFolder), content),
    ...(hasWan ? [secretFile(stateFiles.wanKeyring(dataFolder), content)] : []),
  ]
}

/** The configuration, followed by what it is checked with. */
function configurationFiles(parts: AgentParts): readonly [Resource, ...Resource[]] {
  const { agent, installation } = parts
  const validation = validationConfig(agent)
  const checkedBy =
    validation === undefined
      ? []
      : [
          directory({ path: VALIDATION_FILE.slice(0, VALIDATION_FILE.lastIndexOf('/')) }),
          file({ path: VALIDATION_FILE, content: configText(validation) }),
        ]
  const configuration = file({
    path: CONFIG_FILE,
    content: configText(agentConfig(agent)),
    validate: validate(parts, '{}'),
    needs: [installation.address, ...checkedBy.map(addressOf)],
  })
  return [configuration, ...checkedBy]
}

/** A definition alone is no configuration, so it is checked beside the real one. It holds the token of the service. */
function serviceResource(one: ClusterService, parts: AgentParts): Resource {
  const needs: LocalAddress[] = [`file:${CONFIG_FILE}`]
  return file({
    path: serviceFile(one.name),
    content: configText(serviceDefinition(one, parts.serviceSecret(one.name))),
    ...SECRET,
    validate: validate(parts, CONFIG_FILE, '{}'),
    needs,
  })
}

/** The new file has no ending yet, so its format is told. */
function validate({ agent, installation }: AgentParts, ...files: readonly string[]): string[] {
  const last = validationConfig(agent) === undefined ? [] : [VALIDATION_FILE]
  return [installation.program, 'validate', '-config-format=json', ...files, ...last]
}
