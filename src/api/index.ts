/** The public API: open a cluster, plan, apply, ask how it stands. */
export { openCluster, roleSchemas } from './open.ts'
export type { OpenedCluster, OpenedNode, OpenFailure, OpenOptions } from './open.ts'
export { apply, plan } from './run/run.ts'
export type { RunOptions } from './run/run.ts'
export { versionDiagnostics } from './status/engine-versions.ts'
export type { EngineSupport } from './status/engine-versions.ts'
export type { Scope } from '../programs/scope.ts'
export { chosenNode, chosenNodes } from './choose.ts'
export { runCommand } from './command/run-command.ts'
export type { CommandOptions } from './command/run-command.ts'
export type {
  CommandEvent,
  CommandEventBody,
  CommandOutcome,
  NodeCommandEnd,
} from '../events/command-event.ts'
export { upgrade } from './upgrade.ts'
export type { Upgrade, UpgradeOffer, UpgradeRequest } from './upgrade.ts'
export { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
export { recreateSecrets } from './secrets/recreate-secrets.ts'
export type { Recreation } from './secrets/recreate-secrets.ts'
export { rotateSecret } from './secrets/rotate-secret.ts'
export { giveUpSecrets, unwishedSecrets } from './secrets/lost-secrets.ts'
export { facts } from './facts.ts'
export type { NodeFacts } from './facts.ts'
export { status } from './status/status.ts'
export type { ClusterStatus, NodeStatus, StatusOptions } from './status/status.ts'
export type { CertificateStatus, Life } from './status/certificates.ts'
export type { NodeFindings, Reason, ReasonKind } from './status/verdict.ts'
export { sshArguments, sshConfigText, sshDials } from './ssh.ts'
export { bringUpLab, labSpecOf, takeDownLab } from './lab-twin.ts'
