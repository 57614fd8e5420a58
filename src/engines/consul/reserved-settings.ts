/** Settings that the user may not pass through, because Bramble keeps them as secrets or stands on them. */
import type { Settings } from './config.ts'

/** A setting that was written, and what to write in its place. */
export interface ReservedSetting {
  readonly setting: string
  readonly instead: string
}

const TOKENS = 'take it out: tokens are made and kept by Bramble; your own go under tokens'
const NAME = 'take it out: it follows from the cluster file'

/** By path, with dots between the keys. */
const RESERVED: Readonly<Record<string, string>> = {
  encrypt: 'take it out: type  bramble secrets show consul/gossip-key  or  bramble secrets import',
  'acl.tokens': TOKENS,
  acl_token: TOKENS,
  acl_agent_token: TOKENS,
  acl_master_token: TOKENS,
  server: 'give the node the role consul-server or consul-client',
  bootstrap: NAME,
  bootstrap_expect: NAME,
  node_name: NAME,
  domain: 'write it as the domain of the cluster',
  datacenter: 'write it as the option datacenter of consul-server',
  data_dir: 'write it as the option data_dir of consul-server',
}

/** The reserved ones among these settings. */
export function reservedSettings(settings: Settings): readonly ReservedSetting[] {
  return Object.entries(RESERVED)
    .filter(([path]) => valueAt(settings, path.split('.')) !== undefined)
    .map(([setting, instead]) => ({ setting, instead }))
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  return valueAt((value as Settings)[key], rest)
}
