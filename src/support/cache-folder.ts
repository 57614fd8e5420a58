/** Where this user's computer keeps what can be made or fetched again. */
import { isAbsolute, join } from 'node:path'
import { homeFolder } from './home-folder.ts'

/** Bramble's part of the user's cache folder. A relative `XDG_CACHE_HOME` counts as none (XDG Base Directory Specification). */
export function cacheFolder(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(chosen) ? chosen : join(homeFolder(environment), '.cache'), 'bramble', name)
}
