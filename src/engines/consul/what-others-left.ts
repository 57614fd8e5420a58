/** What somebody else left on a node that would count for an agent: the state of another datacenter, files in the folder that it reads. */
import { engineState } from '../../resources/engine-state/engine-state.ts'
import { foreignFiles } from '../../resources/foreign-files/foreign-files.ts'
import type { Resource } from '../../resources/kind.ts'
import { CONFIG_FOLDER, stateFiles, UNIT } from './names.ts'
import type { Agent } from './setup.ts'

/** The state of an agent that ran before: what every version leaves there, `raft` on servers alone. */
export function oldState({ datacenter, options }: Agent): Resource {
  const folder = datacenter.dataFolder
  return engineState({
    folder,
    engine: 'Consul',
    entries: ['raft', 'serf/local.snapshot', 'serf/remote.snapshot', 'node-id', 'checkpoint-signature'],
    owner: stateFiles.keyring(folder),
    unit: UNIT,
    found: options.old_state ?? 'refuse',
    option: 'old_state',
    identity: 'node-id',
  })
}

/** The agent reads the whole folder, dots in front of a name or not, and the last value wins. */
export function foreignConfiguration({ options }: Agent): Resource {
  return foreignFiles({
    folder: CONFIG_FOLDER,
    reader: 'Consul',
    patterns: ['*.json', '*.hcl', '.*.json', '.*.hcl'],
    unit: UNIT,
    allowed: options.own_files ?? [],
  })
}
