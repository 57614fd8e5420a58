/** All diagnostics that Bramble can make: every area in one place, for `explain`, the reference and the tests. */
import { ansibleCodes } from '../../diagnostics/catalogue/ansible.ts'
import { updateCodes } from '../../diagnostics/catalogue/updates.ts'
import { clientCodes } from '../../diagnostics/catalogue/clients.ts'
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { editCodes } from '../../diagnostics/catalogue/edit.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import { fileCodes } from '../../diagnostics/catalogue/files.ts'
import { includeCodes } from '../../diagnostics/catalogue/include.ts'
import { keyCodes } from '../../diagnostics/catalogue/keys.ts'
import { labCodes } from '../../diagnostics/catalogue/lab.ts'
import { loginCodes } from '../../diagnostics/catalogue/login.ts'
import { ownPartCodes } from '../../diagnostics/catalogue/own.ts'
import { planCodes } from '../../diagnostics/catalogue/plans.ts'
import { readingCodes } from '../../diagnostics/catalogue/reading.ts'
import { referenceCodes } from '../../diagnostics/catalogue/references.ts'
import { releaseCodes } from '../../diagnostics/catalogue/releases.ts'
import { resolveCodes } from '../../diagnostics/catalogue/resolve.ts'
import { rolloutCodes } from '../../diagnostics/catalogue/rollout.ts'
import { secretsCodes } from '../../diagnostics/catalogue/secrets.ts'
import { servicesCodes } from '../../diagnostics/catalogue/services.ts'
import { versionCodes } from '../../diagnostics/catalogue/versions.ts'
import type { Code } from '../../diagnostics/define-codes.ts'
import { ownCodes } from '../../roles/codes.generated.ts'

/** One line for each area; the order is the order of the reference page. Roles and engines bring their own. */
const AREAS: readonly Readonly<Record<string, Code<never>>>[] = [
  readingCodes,
  includeCodes,
  keyCodes,
  clusterCodes,
  servicesCodes,
  fileCodes,
  referenceCodes,
  ownPartCodes,
  resolveCodes,
  ...ownCodes,
  releaseCodes,
  versionCodes,
  secretsCodes,
  deliveryCodes,
  loginCodes,
  rolloutCodes,
  commandCodes,
  editCodes,
  planCodes,
  ansibleCodes,
  clientCodes,
  updateCodes,
  labCodes,
]

/** Codes that were given up. They keep their meaning for ever, in old journals, and are never used again. */
export const RETIRED_CODES: readonly string[] = [
  'CONSUL_UPGRADE_TOO_FAR',
  'CONSUL_DOWNGRADE',
  'SWARM_NEEDS_DOCKER',
]

/** Every code, in the order of the reference page. */
export const CATALOGUE: readonly Code<never>[] = AREAS.flatMap((area) => Object.values(area))

/** The code of this name, in whatever case it was typed. */
export function codeByName(name: string): Code<never> | undefined {
  return CATALOGUE.find(({ code }) => code === name.toUpperCase())
}
