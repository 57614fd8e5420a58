/** A service of the cluster file by its name. */
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { PlacedService } from '../../topology/service.ts'

/** Throws `DiagnosticsError` for a name that means nothing. @internal */
export function placedBy(all: readonly PlacedService[], name: string): PlacedService {
  const known = all.map(({ service }) => service.name)
  const placed = all.find(({ service }) => service.name === name)
  if (placed === undefined)
    throw new DiagnosticsError([commandCodes.SERVICE_UNKNOWN({ name, near: didYouMean(name, known), known })])
  return placed
}
