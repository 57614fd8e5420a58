/** A declared service has to run somewhere, and each of its checks has to ask one thing. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Positions } from '../positions.ts'
import { PROBES } from '../service-schema.ts'
import type { ServiceEntry } from '../service-schema.ts'
import type { Rule } from './rule.ts'
import { workProblems } from './service-work.ts'

/** Every service says where it runs; every check has exactly one probe. */
export const servicesRun: Rule = (file, positions) =>
  Object.entries(file.services).flatMap(([name, service]) => [
    ...(service.on === undefined && service.needs.length === 0 && !isWork(service)
      ? [
          clusterCodes.SERVICE_WITHOUT_NODES(
            { service: name },
            { where: positions.ofKey(['services', name]) },
          ),
        ]
      : []),
    ...checkProblems(name, service, positions),
    ...workProblems(name, service, positions),
  ])

/** A binary or a container may run anywhere; what is only announced, or a unit that is there, is somewhere. */
function isWork({ run }: ServiceEntry): boolean {
  return run?.binary !== undefined || run?.container !== undefined
}

function checkProblems(name: string, { check }: ServiceEntry, positions: Positions): readonly Diagnostic[] {
  return check.flatMap((one, index) => {
    const found = PROBES.filter((probe) => one[probe] !== undefined)
    if (found.length === 1) return []
    const where = positions.ofKey(['services', name, 'check', index])
    return [clusterCodes.CHECK_NEEDS_ONE_PROBE({ found, choices: PROBES }, { where })]
  })
}
