/** Bramble as a library: what the command line uses, and what own roles and kinds are made with. See docs/api.md. */
export * from './api/parts.ts'
export type { TypedCluster } from './api/define-cluster.ts'
export type { Reference, WithReferences } from './cluster-file/references/reference.ts'
export type { ClusterFileInput, NodeInput, OneUse, SeveralUses, UseInput } from './cluster-file/schema.ts'
export type { KeyPath } from './cluster-file/positions.ts'
export type { RoleInputs } from './roles/role-inputs.generated.ts'

export { apply, chosenNodes, logs, plan, runCommand, status, top, DiagnosticsError } from './api/index.ts'
export { openForPrograms as openCluster } from './api/open-for-programs.ts'
export type { ProgramOpenOptions } from './api/open-for-programs.ts'
export type {
  BoardReading,
  CertificateStatus,
  ClusterStatus,
  CommandEvent,
  CommandEventBody,
  CommandOptions as RunCommandOptions,
  CommandOutcome,
  EngineSupport,
  JournalEntry,
  Life,
  LogEvent,
  LogOptions,
  Measure,
  NodeCommandEnd,
  NodeFindings,
  NodeLogEnd,
  NodeStatus,
  OpenedCluster,
  OpenedNode,
  OpenOptions,
  PlanOptions,
  PlannedRun,
  Reason,
  ReasonKind,
  RunOptions,
  Scope,
  StatusOptions,
  TopOptions,
} from './api/index.ts'

export type { Diagnostic, FilePlace, NodePlace, Place, Related, Severity } from './diagnostics/diagnostic.ts'
export type {
  Difference,
  Effect,
  Event,
  EventBody,
  Lane,
  NodeOutcome,
  Outcome,
  PlannedWait,
  RunOutcome,
  Summary,
} from './events/event.ts'

export type {
  CommonOptions,
  Content,
  Kind,
  KindConstructor,
  LocalAddress,
  Resource,
  ResourceDraft,
} from './resources/kind.ts'

export type {
  Role,
  RoleClientContext,
  RoleClusterContext,
  RoleContext,
  RoleFinding,
  RoleInput,
  RoleWishContext,
  SettledValue,
} from './roles/role.ts'
export type { BoardFacts, ClusterNode } from './topology/node.ts'
export type { Cluster, RoleOnNode, RoleOnNodes } from './topology/cluster.ts'
export type {
  ClusterService,
  PlacedService,
  ServiceRun,
  ServiceSchedule,
  ServiceUpdate,
  ServiceWork,
} from './topology/service.ts'
export type { Allocated, Allocation } from './topology/allocation.ts'
export type { Network } from './topology/network.ts'
export type { ProvidedIdentities } from './topology/identities.ts'
export type { Pace } from './topology/pace.ts'
export type { Watcher } from './topology/watcher.ts'
export type {
  Audience,
  Opening,
  ConsulRight,
  Provided,
  ProvidedImages,
  ProvidedOnNode,
  HeardAlerts,
  ProvidedMetrics,
  MetricsAccess,
  ProvidedPort,
  ProvidedVolume,
  Source,
} from './topology/provided.ts'
export type { BoardHealth } from './hardware/board-health.ts'
export type { BackupKeeper, BackupPath, MadeBackup, ProvidedBackup } from './topology/backup.ts'
export type { FileWish } from './wishes/file-wish.ts'
export type { ReleaseWish } from './wishes/release-wish.ts'
export type { ReleaseLayout, ReleaseName, WantedRelease } from './releases/layout.ts'
export type { IndexQuestion, IndexSort, ReleasedVersion } from './releases/index-sort.ts'
export type { Offer } from './wishes/offer.ts'
export type { KeyPair, RoleSecrets, SecretWish, ServedCertificate } from './wishes/secret-wish.ts'
export { authority, certificate, gossipKey, keyPair, password, token } from './wishes/wishes.ts'
export type { CertificateWish } from './wishes/wishes.ts'

export type {
  ChangedResource,
  ClusterDifference,
  ClusterOutcome,
  ClusterStore,
  EngineProbe,
  EngineStatus,
  EngineVersion,
  Drain,
  Gate,
  Handover,
  LinkTarget,
  MemberAnswer,
  NodeChange,
  NodeLink,
  Patience,
  Peer,
  ProgramEnd,
  RaftGroup,
  StoreLook,
  Unseen,
} from './engines/contract.ts'
export type { EngineClient } from './engines/engine-client.ts'
export type {
  RestartedInstance,
  ServiceInstance,
  ServiceRunner,
  ServiceState,
  WrittenText,
} from './engines/service-runner.ts'

export type {
  EngineLines,
  KnownHole,
  UpgradePath,
  UpgradeStop,
  WithdrawnVersion,
} from './releases/engine-lines.ts'
