/** What is wrong with the settings that a cluster file passes on to agents, servers and clients alike. */
import { rolesConsulCodes } from './codes.ts'
import type { Settings } from './config.ts'
import { reservedSettings } from './reserved-settings.ts'

/** A mistake, and the option of the role that it is about. */
export interface SettingFinding {
  readonly diagnostic: ReturnType<typeof rolesConsulCodes.CONSUL_SETTING_RESERVED>
  readonly option?: readonly string[]
}

/** Settings that may not be among those of an agent. */
export function settingFindings(settings: Settings): SettingFinding[] {
  return reservedSettings(settings).map(({ setting, path, instead, isSecret }) => ({
    diagnostic: rolesConsulCodes.CONSUL_SETTING_RESERVED({ setting, instead }),
    // Without a place of its own where the line may hold a secret.
    ...(!isSecret && { option: ['settings', ...path] }),
  }))
}
