/** Where this user's computer keeps what can be made or fetched again. */
import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { homeFolder } from './home-folder.ts'

/** Bramble's part of the user's cache folder. A relative `XDG_CACHE_HOME` counts as none (XDG Base Directory Specification). */
export function cacheFolder(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(chosen) ? chosen : join(homeFolder(environment), '.cache'), 'bramble', name)
}

/**
 * The same, made when it is not there, for what is run when it is found there; undefined when it cannot be had or somebody else could
 * write to it: whoever can, can have us run anything.
 */
export function privateCacheFolder(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const user = process.getuid?.()
  if (user === undefined) return undefined
  try {
    const folder = cacheFolder(name, environment)
    // A root with the home of somebody else (`sudo -E`) leaves nothing of its own there.
    if (ownerAbove(folder) !== user) return undefined
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(folder)
    return uid === user && (mode & 0o170022) === 0o040000 ? folder : undefined
  } catch {
    return undefined
  }
}

/** Who owns the folder, or the nearest one above it that is there. */
function ownerAbove(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.uid ?? ownerAbove(dirname(folder))
}
