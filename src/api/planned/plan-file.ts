/** The file that keeps a plan: JSON, for its owner alone. */
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { planCodes } from '../../diagnostics/catalogue/plans.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { plannedRunSchema, type PlannedRun } from './planned-run.ts'

const OWNER_ONLY = 0o600

/** Writes a plan; whoever reads meanwhile has the old file or the new one. */
export async function writePlan(file: string, planned: PlannedRun): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`
  try {
    await writeFile(unfinished, `${JSON.stringify(planned, undefined, 2)}\n`, {
      mode: OWNER_ONLY,
      flush: true,
    })
    await chmod(unfinished, OWNER_ONLY)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
}

/** Reads a plan; `file` is its name for people. Throws {@link DiagnosticsError} when the file holds none that this version knows. */
export async function readPlan(path: string, file = path): Promise<PlannedRun> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(
      file,
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read',
    )
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unreadable(file, 'is no plan')
  }
  const read = plannedRunSchema.safeParse(value)
  if (read.success) return read.data
  const version = (value as { readonly plan?: unknown } | null)?.plan
  throw unreadable(
    file,
    typeof version === 'number' && version !== 1 ? `is a plan of format ${version}` : 'is no plan',
  )
}

function unreadable(file: string, problem: string): DiagnosticsError {
  return new DiagnosticsError([planCodes.PLAN_FILE_UNUSABLE({ file, problem })])
}
