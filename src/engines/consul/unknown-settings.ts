/** Settings that no agent reads: a slip of the finger keeps an agent from starting. */
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { Settings } from './config.ts'
import { KNOWN_SETTINGS } from './known-settings.ts'

/** A setting that is not known, and the one that was probably meant. */
export interface UnknownSetting {
  /** As it was written, with dots between the keys. */
  readonly setting: string
  readonly path: readonly string[]
  readonly near: string | undefined
}

/** What agents do not know of these settings. Capital letters and a list of maps in place of a map are read as well (lib/decode of hashicorp/consul). */
export function unknownSettings(settings: Settings): readonly UnknownSetting[] {
  return unknownIn(settings, [], '')
}

function unknownIn(value: unknown, path: readonly string[], known: string): UnknownSetting[] {
  if (Array.isArray(value)) return value.flatMap((one) => unknownIn(one, path, known))
  if (typeof value !== 'object' || value === null) return []
  const keys = KNOWN_SETTINGS.get(known)
  if (keys === undefined) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const small = key.toLowerCase()
    const here = [...path, key]
    if (keys.includes(`${small}*`)) return []
    if (keys.includes(small)) return unknownIn(inner, here, known === '' ? small : `${known}.${small}`)
    return [{ setting: here.join('.'), path: here, near: meant(key, path, keys) }]
  })
}

/** A key of the same map, or a map that has a key of this name. */
function meant(key: string, path: readonly string[], keys: readonly string[]): string | undefined {
  const inFront = path.map((one) => `${one}.`).join('')
  const names = keys.map((one) => one.replace('*', ''))
  const near = didYouMean(key, names)
  if (near !== undefined) return inFront + near
  const elsewhere = [...KNOWN_SETTINGS].filter(([, inner]) => inner.includes(key.toLowerCase()))
  const [found] = elsewhere
  if (found === undefined || elsewhere.length > 1) return undefined
  return found[0] === '' ? key.toLowerCase() : `${found[0]}.${key.toLowerCase()}`
}
