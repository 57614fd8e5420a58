/** What is wrong with the settings that a cluster file passes on to agents, servers and clients alike. */
import { rolesConsulCodes } from './codes.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { lineOfEngine } from '../../releases/engine-lines.ts'
import { compareLines } from '../../releases/version.ts'
import type { Settings } from './config.ts'
import { KNOWN_UP_TO } from './known-settings.ts'
import { CONSUL_LINES } from './lines.ts'
import { reservedSettings } from './reserved-settings.ts'
import { unknownSettings } from './unknown-settings.ts'

/** A mistake, and the option of the role that it is about. */
export interface SettingFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly option?: readonly string[]
}

/** Settings that may not be among those of an agent of this version. */
export function settingFindings(settings: Settings, version: string): SettingFinding[] {
  const reserved = reservedSettings(settings)
  const said = new Set(reserved.map(({ setting }) => setting))
  return [
    ...reserved.map(({ setting, path, instead, isSecret }) => ({
      diagnostic: rolesConsulCodes.CONSUL_SETTING_RESERVED({ setting, instead }),
      // Without a place of its own where the line may hold a secret.
      ...(!isSecret && { option: ['settings', ...path] }),
    })),
    ...unknownSettings(settings)
      .filter(({ setting }) => !said.has(setting))
      .map(({ setting, path, near }) => ({
        diagnostic: isCertain(version)
          ? rolesConsulCodes.CONSUL_SETTING_UNKNOWN({ setting, near, version })
          : rolesConsulCodes.CONSUL_SETTING_NOT_KNOWN({ setting, near, version, upTo: KNOWN_UP_TO }),
        option: ['settings', ...path],
      })),
  ]
}

/** A line that the list was not made of may read more than the list says. */
function isCertain(version: string): boolean {
  return compareLines(lineOfEngine(CONSUL_LINES, version), KNOWN_UP_TO) <= 0
}
