/** How programs open a cluster: what is wrong with it is thrown, as everything else that the library refuses. */
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { openCluster, type OpenedCluster, type OpenOptions } from './open.ts'

/** Which cluster to open; the boards are meant unless `lab` says otherwise. */
export type ProgramOpenOptions = Omit<OpenOptions, 'lab'> & Partial<Pick<OpenOptions, 'lab'>>

/**
 * Reads and checks the cluster file of a folder, without asking any node. Warnings are in `diagnostics`.
 * Throws {@link DiagnosticsError} with everything that is wrong with the file.
 */
export async function openForPrograms(options: ProgramOpenOptions): Promise<OpenedCluster> {
  const opened = await openCluster({ lab: false, ...options })
  if ('cluster' in opened) return opened.cluster
  throw new DiagnosticsError(opened.diagnostics)
}
