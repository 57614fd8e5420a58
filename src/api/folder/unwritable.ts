/** What it means that nothing can be written somewhere. */
import { dirname } from 'node:path'
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'

/** What the file system says where nothing can be written (errno(3)). */
const REFUSALS = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'ENOTDIR']

/** The diagnostic for a file or folder of a cluster that the file system refuses to write; everything else as it was. */
export function unwritable(error: unknown): unknown {
  if (!isRefusal(error)) return error
  const { code = '', path = '' } = error as NodeJS.ErrnoException
  const folder = dirname(path)
  return new DiagnosticsError([clusterCodes.FOLDER_UNWRITABLE({ folder, refusal: code })])
}

/** Is it that the file system takes nothing there? */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.includes((error as NodeJS.ErrnoException).code ?? '')
}
