/** Pushes programs to nodes over OpenSSH: look, then carry out. */
export { asRoot } from './as-root.ts'
export type { CommandEnd } from './as-root.ts'
export { converge } from './converge.ts'
export { leaseGroup } from './lease-group.ts'
export type { GroupLease } from './lease-group.ts'
export { observe } from './observe.ts'
export { put } from './put.ts'
export type { ObserveOptions } from './observe.ts'
export type { HeldObservation } from './check-session.ts'
export { release } from './release.ts'
export type {
  Convergence,
  NodeDifference,
  Observation,
  Obstacle,
  Orphan,
  PushEvents,
  PushRun,
  ResourceOutcome,
  Unreached,
} from './contract.ts'
export type { DeliveryFailure } from '../transport/failure.ts'
