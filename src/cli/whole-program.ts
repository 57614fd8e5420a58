/** All that the entry of the command loads late. */
// What it sets must be so before the first schema is made.
// eslint-disable-next-line import/no-unassigned-import
import './jitless.ts'
import type { ClusterApi } from './cluster-api.ts'

export { OutputError, showFailure } from './failures.ts'
export { runCli } from './run-cli.ts'
export { terminalOf } from './surroundings.ts'

/** Loads the public API. */
export const loadCluster = (): Promise<ClusterApi> => import('../api/index.ts')
