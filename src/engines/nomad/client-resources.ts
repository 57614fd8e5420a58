/** What a node with a client has: the program, its configuration, its certificate, its unit. Reads in the order of effect. */
import { directory } from '../../resources/directory/directory.ts'
import { engineState } from '../../resources/engine-state/engine-state.ts'
import { farewell } from '../../resources/farewell/farewell.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Content, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { CATALOG_AUTHORITY_FILE, CATALOG_TOKEN_FILE, catalogTokenSettings, endOfNames } from './catalog.ts'
import { clientConfig, type ClientParts } from './client-config.ts'
import type { ClientOptions } from './client-options.ts'
import { configText } from './config.ts'
import {
  CLIENT_FILE,
  CLIENT_FOLDER,
  CLIENT_STATE,
  CLIENT_UNIT,
  END_NAMES,
  END_WORK,
  PROGRAM,
  tlsFiles,
} from './names.ts'
import { scripts } from './scripts.generated.ts'
import { nomadProgram } from './server-resources.ts'
import { clientUnitText, END_SECONDS } from './unit-text.ts'

/** Everything that the client of a node is made of. */
export interface ClientSources extends ClientParts {
  readonly release: Content
  readonly authorityPem: string
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string }
  /** What it registers work in Consul with; left out where it does not. */
  readonly catalog?: CatalogAccess | undefined
}

/** The Consul that is believed, and the token that it is asked with. */
export interface CatalogAccess {
  readonly authorityPem: string
  readonly secretId: string
  /** Folder of the state of Consul's agent. */
  readonly folder: string
}

/** What a client makes in its folder (Nomad 1.11, `client/`, `client/allocdir`). */
const STATE = [
  'client',
  'alloc',
  'alloc_mounts',
  'host_volumes',
  'host_volume_plugins',
  'plugins',
  'common_plugins',
]

/** The resources of a client. */
export function clientResources(parts: ClientSources): readonly Resource[] {
  const { region, options } = parts
  const program = nomadProgram(parts.release)
  const certificates = certificateFiles(parts)
  const helpers = [
    file({ path: END_WORK, content: scripts['end-work'], mode: '755' }),
    file({ path: CLIENT_STATE, content: scripts['client-state'], mode: '755' }),
  ]
  const configuration = file({
    path: CLIENT_FILE,
    content: configText(clientConfig(parts)),
    validate: [PROGRAM, 'config', 'validate', '{}'],
    needs: [addressOf(program)],
  })
  const catalog = catalogFiles(parts.catalog, addressOf(configuration))
  const unitFile = clientUnit(parts, [program, ...helpers].map(addressOf))
  const agent = service({
    name: CLIENT_UNIT,
    restartOn: [program, unitFile, configuration, ...catalog].map(addressOf),
    reloadOn: certificates.map(addressOf),
    needs: region.networkUnit === undefined ? [] : [`service:${region.networkUnit}`],
  })
  const names = endOfCatalog(parts.catalog, [agent, ...catalog].map(addressOf))
  const leave = [...names, endOfWork(options, [agent, ...names].map(addressOf))]
  return [
    oldState(options),
    program,
    ...helpers,
    directory({ path: CLIENT_FOLDER }),
    directory({ path: options.data_dir, mode: '700', purge: STATE }),
    ...certificates,
    configuration,
    ...catalog,
    unitFile,
    agent,
    ...leave,
  ]
}

function clientUnit({ region, options, catalog }: ClientSources, needs: readonly LocalAddress[]): Resource {
  const files = catalog === undefined ? [CLIENT_FILE] : [CLIENT_FILE, CATALOG_TOKEN_FILE]
  const content = clientUnitText({ folder: options.data_dir, network: region.networkUnit, files })
  return unit({ name: CLIENT_UNIT, content, needs })
}

/** The token alone is no configuration, so it is checked beside the real one. */
function catalogFiles(access: CatalogAccess | undefined, configuration: LocalAddress): readonly Resource[] {
  if (access === undefined) return []
  return [
    file({ path: CATALOG_AUTHORITY_FILE, content: access.authorityPem }),
    file({
      path: CATALOG_TOKEN_FILE,
      content: configText(catalogTokenSettings(access.secretId)),
      mode: '600',
      sensitive: true,
      validate: [PROGRAM, 'config', 'validate', CLIENT_FILE, '{}'],
      needs: [configuration],
    }),
  ]
}

/** Work outlives its agent. Where servers could move it off it is gone by then; here it ends without one. */
function endOfWork({ data_dir: folder }: ClientOptions, needs: readonly LocalAddress[]): Resource {
  return farewell({
    name: 'end the work of Nomad',
    run: [END_WORK, CLIENT_UNIT, folder, String(END_SECONDS), 'stop'],
    onlyIf: END_WORK,
    needs,
  })
}

/** Its names outlive the client, too, and after the work nobody registers them anew. */
function endOfCatalog(
  access: CatalogAccess | undefined,
  needs: readonly LocalAddress[],
): readonly Resource[] {
  if (access === undefined) return []
  const script = file({ path: END_NAMES, content: scripts['end-names'], mode: '755' })
  return [
    script,
    farewell({
      name: 'take the names of its work out of Consul',
      run: [...endOfNames(access.folder)],
      onlyIf: END_NAMES,
      needs: [addressOf(script), ...needs],
    }),
  ]
}

/** What a client that ran before leaves there. */
function oldState({ data_dir: folder, old_state: found }: ClientOptions): Resource {
  return engineState({
    folder,
    engine: 'Nomad',
    entries: ['client/client-id', 'client/state.db'],
    owner: CLIENT_FILE,
    unit: CLIENT_UNIT,
    found,
    option: 'old_state',
  })
}

function certificateFiles({ authorityPem, certificate }: ClientSources): readonly Resource[] {
  const files = tlsFiles(CLIENT_FOLDER)
  return [
    file({ path: files.authority, content: authorityPem }),
    file({ path: files.certificate, content: certificate.certificatePem }),
    file({ path: files.key, content: certificate.keyPem, mode: '600', sensitive: true }),
  ]
}
