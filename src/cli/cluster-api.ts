/** The part of the public API that commands call. They get it handed in, so that none of it is loaded for `--help`. */
import type * as cluster from '../api/index.ts'

/** The functions of `src/api` that commands use. */
export type ClusterApi = Pick<
  typeof cluster,
  | 'apply'
  | 'bringUpLab'
  | 'chosenNode'
  | 'chosenNodes'
  | 'clientVariables'
  | 'connectClient'
  | 'editCluster'
  | 'facts'
  | 'forgetClient'
  | 'giveUpSecrets'
  | 'logs'
  | 'openCluster'
  | 'plan'
  | 'recreateSecrets'
  | 'rotateSecret'
  | 'runCommand'
  | 'sshArguments'
  | 'sshConfigText'
  | 'sshDials'
  | 'status'
  | 'takeDownLab'
  | 'top'
  | 'unwishedSecrets'
  | 'upgrade'
  | 'versionDiagnostics'
  | 'writeEdit'
>
