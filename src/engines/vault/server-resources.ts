/** What a node with a server has: the program, its configuration, its certificates, its unit. Reads in the order of effect. */
import { directory } from '../../resources/directory/directory.ts'
import { engineState } from '../../resources/engine-state/engine-state.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Content, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { user } from '../../resources/user/user.ts'
import { auditFolder, auditRotation } from './audit-resources.ts'
import { configText, raftFolder, serverConfig } from './config.ts'
import { CONFIG_FILE, consulFiles, FOLDER, PROGRAM, tlsFiles, UNIT, VAULT_USER } from './names.ts'
import type { Group, VaultNode } from './setup.ts'
import { serverUnitText } from './unit-text.ts'

/** Everything that the server of a node is made of. */
export interface ServerParts {
  readonly group: Group
  readonly node: VaultNode
  readonly release: Content
  readonly authorityPem: string
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string }
  /** What Consul is asked with, where the data lie there. */
  readonly consul?: { readonly authorityPem: string; readonly token: string }
}

/** For the server alone. */
const OWN = { mode: '700', owner: VAULT_USER, group: VAULT_USER } as const
/** What the configuration is checked with is there before it. */
const BEFORE_CONFIGURATION = 31

/** The resources of a server. */
export function serverResources(parts: ServerParts): readonly Resource[] {
  const { group: servers, node } = parts
  const { dataFolder, networkUnit, options } = servers
  const { audit } = options
  const auditFiles = audit ? [auditFolder()] : []
  const program = file({ path: PROGRAM, content: parts.release, mode: '755', stage: BEFORE_CONFIGURATION })
  const certificates = certificateFiles(parts)
  const forConsul = consulFilesOf(parts)
  const configuration = file({
    path: CONFIG_FILE,
    content: configText(serverConfig(servers, node)),
    needs: [addressOf(program)],
  })
  const unitFile = unit({ name: UNIT, content: unitContent(parts), needs: [addressOf(program)] })
  return [
    oldState(servers),
    group({ name: VAULT_USER, system: true }),
    user({ name: VAULT_USER, system: true, group: VAULT_USER, home: dataFolder }),
    program,
    directory({ path: FOLDER }),
    directory({ path: dataFolder, ...OWN, purge: true }),
    // Also where the data lie in Consul: what was moved from there is not taken away by the run that no longer needs it.
    directory({ path: raftFolder(dataFolder), ...OWN, purge: true }),
    ...auditFiles,
    ...certificates,
    ...forConsul,
    configuration,
    unitFile,
    service({
      name: UNIT,
      restartOn: [program, unitFile, configuration, ...forConsul].map(addressOf),
      // A folder that was lost and is back is written to only after that.
      reloadOn: [...certificates, ...auditFiles].map(addressOf),
      needs: networkUnit === undefined ? [] : [`service:${networkUnit}`],
    }),
    ...(audit ? auditRotation() : []),
  ]
}

function unitContent({ group: { dataFolder, networkUnit, options }, node }: ServerParts): string {
  const { audit, storage } = options
  const { memoryBytes } = node.board
  return serverUnitText({
    dataFolder,
    memoryBytes,
    audit,
    network: networkUnit,
    inConsul: storage === 'consul',
  })
}

/** The key is for the server alone; the certificates may be read by whoever talks to it. */
function certificateFiles({ authorityPem, certificate }: ServerParts): readonly Resource[] {
  return [
    file({ path: tlsFiles.authority, content: authorityPem }),
    file({ path: tlsFiles.certificate, content: certificate.certificatePem }),
    file({
      path: tlsFiles.key,
      content: certificate.keyPem,
      mode: '600',
      owner: VAULT_USER,
      group: VAULT_USER,
      sensitive: true,
    }),
  ]
}

/** Both are read when it starts. */
function consulFilesOf({ consul }: ServerParts): readonly Resource[] {
  if (consul === undefined) return []
  return [
    file({ path: consulFiles.authority, content: consul.authorityPem }),
    file({
      path: consulFiles.token,
      content: consul.token,
      mode: '600',
      owner: VAULT_USER,
      group: VAULT_USER,
      sensitive: true,
    }),
  ]
}

/** What a server that ran before leaves there. */
function oldState({ dataFolder, options }: Group): Resource {
  return engineState({
    folder: dataFolder,
    engine: 'Vault',
    entries: ['raft', 'vault.db'],
    owner: CONFIG_FILE,
    unit: UNIT,
    found: options.old_state,
    option: 'old_state',
  })
}
