/** All diagnostics that Bramble can make: every area in one place, for `explain`, the reference and the tests. */
import { clusterCodes } from './catalogue/cluster.ts'
import { commandCodes } from './catalogue/command.ts'
import { deliveryCodes } from './catalogue/delivery.ts'
import { keyCodes } from './catalogue/keys.ts'
import { labCodes } from './catalogue/lab.ts'
import { loginCodes } from './catalogue/login.ts'
import { readingCodes } from './catalogue/reading.ts'
import { releaseCodes } from './catalogue/releases.ts'
import { resolveCodes } from './catalogue/resolve.ts'
import { rolesBaseCodes } from './catalogue/roles-base.ts'
import { rolesConsulCodes } from './catalogue/roles-consul.ts'
import { rolesDockerCodes } from './catalogue/roles-docker.ts'
import { rolloutCodes } from './catalogue/rollout.ts'
import { secretsCodes } from './catalogue/secrets.ts'
import { versionCodes } from './catalogue/versions.ts'
import type { Code } from './define-codes.ts'

/** One line for each area; the order is the order of the reference page. */
const AREAS: readonly Readonly<Record<string, Code<never>>>[] = [
  readingCodes,
  keyCodes,
  clusterCodes,
  resolveCodes,
  rolesBaseCodes,
  rolesConsulCodes,
  rolesDockerCodes,
  releaseCodes,
  versionCodes,
  secretsCodes,
  deliveryCodes,
  loginCodes,
  rolloutCodes,
  commandCodes,
  labCodes,
]

/** Codes that were given up. They keep their meaning for ever, in old journals, and are never used again. */
export const RETIRED_CODES: readonly string[] = ['CONSUL_UPGRADE_TOO_FAR', 'CONSUL_DOWNGRADE']

/** Every code, in the order of the reference page. */
export const CATALOGUE: readonly Code<never>[] = AREAS.flatMap((area) => Object.values(area))

/** The code of this name, in whatever case it was typed. */
export function codeByName(name: string): Code<never> | undefined {
  return CATALOGUE.find(({ code }) => code === name.toUpperCase())
}
