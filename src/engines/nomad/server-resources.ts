/** What a node with a server has: the program, its configuration, its secrets, its unit. Reads in the order of effect. */
import { directory } from '../../resources/directory/directory.ts'
import { engineState } from '../../resources/engine-state/engine-state.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Content, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { user } from '../../resources/user/user.ts'
import { configText, keyringText, serverConfig } from './config.ts'
import {
  NOMAD_USER,
  PROGRAM,
  SERVER_FILE,
  SERVER_FOLDER,
  SERVER_UNIT,
  stateFiles,
  tlsFiles,
} from './names.ts'
import type { ServerOptions } from './options.ts'
import type { NomadNode, Region } from './setup.ts'
import { serverUnitText } from './unit-text.ts'

/** Everything that the server of a node is made of. */
export interface ServerParts {
  readonly region: Region
  readonly node: NomadNode
  readonly options: ServerOptions
  readonly release: Content
  readonly authorityPem: string
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string }
  readonly gossipKeys: readonly string[]
}

/** For the server alone. */
const SECRET = { mode: '600', owner: NOMAD_USER, group: NOMAD_USER, sensitive: true } as const
const OWN = { mode: '700', owner: NOMAD_USER, group: NOMAD_USER } as const
/** What the configuration is checked with is there before it. */
const BEFORE_CONFIGURATION = 31

/** The program, the same file whichever roles of Nomad are on the node. */
export function nomadProgram(release: Content): Resource {
  return file({ path: PROGRAM, content: release, mode: '755', stage: BEFORE_CONFIGURATION })
}

/** The resources of a server. */
export function serverResources(parts: ServerParts): readonly Resource[] {
  const { region, node, options, gossipKeys } = parts
  const state = region.dataFolder
  const program = nomadProgram(parts.release)
  const certificates = certificateFiles(parts)
  const configuration = file({
    path: SERVER_FILE,
    content: configText(serverConfig(region, node, options)),
    validate: [PROGRAM, 'config', 'validate', '{}'],
    needs: [addressOf(program)],
  })
  const unitFile = unit({
    name: SERVER_UNIT,
    content: serverUnitText({
      dataFolder: state,
      memoryBytes: node.board.memoryBytes,
      network: region.networkUnit,
    }),
    needs: [addressOf(program)],
  })
  return [
    oldState(state, options),
    group({ name: NOMAD_USER, system: true }),
    user({ name: NOMAD_USER, system: true, group: NOMAD_USER, home: state }),
    program,
    directory({ path: SERVER_FOLDER }),
    directory({ path: state, ...OWN, purge: true }),
    directory({ path: `${state}/server`, ...OWN, purge: true }),
    ...certificates,
    // There before the first start. Later the servers exchange keys while they run, and write this file the same way.
    file({ path: stateFiles.keyring(state), content: keyringText(gossipKeys), ...SECRET }),
    configuration,
    unitFile,
    service({
      name: SERVER_UNIT,
      restartOn: [program, unitFile, configuration].map(addressOf),
      reloadOn: certificates.map(addressOf),
      needs: region.networkUnit === undefined ? [] : [`service:${region.networkUnit}`],
    }),
  ]
}

/** The key is for the server alone; the certificates may be read by whoever talks to it. */
function certificateFiles({ authorityPem, certificate }: ServerParts): readonly Resource[] {
  const files = tlsFiles(SERVER_FOLDER)
  return [
    file({ path: files.authority, content: authorityPem }),
    file({ path: files.certificate, content: certificate.certificatePem }),
    file({ path: files.key, content: certificate.keyPem, ...SECRET }),
  ]
}

/** What a server that ran before leaves there. */
function oldState(folder: string, { old_state: found }: ServerOptions): Resource {
  return engineState({
    folder,
    engine: 'Nomad',
    entries: ['server/raft', 'server/serf.snapshot', 'server/node-id', 'server/keystore'],
    owner: stateFiles.keyring(folder),
    unit: SERVER_UNIT,
    found,
    option: 'old_state',
  })
}
