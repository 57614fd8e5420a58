/** Script checks that cannot pass, because the agent that runs them does not see what they name. */
import { rolesConsulCodes } from './codes.ts'
import type { KeyPath } from '../../cluster-file/positions.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { hiddenPath } from './sandbox.ts'

/** A service with its checks, as the cluster file says them. */
interface CheckedService {
  readonly name: string
  readonly checks: readonly Readonly<Record<string, unknown>>[]
}

/** What is wrong with the checks of these services, each service once. */
export function hiddenChecks(
  services: readonly CheckedService[],
): readonly { readonly diagnostic: Omit<Diagnostic, 'where'>; readonly path: KeyPath }[] {
  const byName = new Map(services.map((service) => [service.name, service]))
  return [...byName.values()].flatMap(({ name, checks }) =>
    checks.flatMap(({ script }) => {
      const hidden = Array.isArray(script) ? hiddenPath(script.map(String)) : undefined
      if (hidden === undefined) return []
      return [
        {
          diagnostic: rolesConsulCodes.CONSUL_CHECK_HIDDEN({ service: name, ...hidden }),
          path: ['services', name, 'check'],
        },
      ]
    }),
  )
}
