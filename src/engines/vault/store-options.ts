/** Options of the role vault that say what Vault is to hold: policies, secrets engines, auth methods, entries. */
import { z } from 'zod'
import { DNS_LABEL, DURATION, judgedBy, secondsIn, text, type Mistake } from '../../cluster-file/forms.ts'
import { OWNED_MOUNT, SNAPSHOT_NAME } from './names.ts'
import { policyRulesMistake } from './policy-rules.ts'

/** They belong to Vault itself (`vault/policy_store.go`). */
const OWN_POLICIES = ['root', 'default', 'response-wrapping', 'control-group']
/** Paths of secrets engines that Vault has from its first start, and what is no path for one. */
const OWN_ENGINES = ['sys', 'identity', 'cubbyhole', 'auth', 'audit']
/** A path, of one part or several; Vault takes it as it is written. */
const PATH = /^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/
/** Other names of the type kv, which Vault tells as `kv` afterwards. */
const KV_WORDS: Readonly<Record<string, number>> = { 'kv-v1': 1, 'kv-v2': 2, generic: 1 }
/** What Vault takes for a request (`max_request_size` is 32 MiB) is far more than its consensus takes for one entry. */
const MOST_ENTRY_BYTES = 512 * 1024

function policyNameMistake(name: string): Mistake | undefined {
  if (OWN_POLICIES.includes(name)) {
    return {
      problem: `is a policy of Vault itself`,
      fix: 'write the rules under a name of your own',
      why: name === 'root' ? 'it may do everything, and cannot be changed' : 'every token may have it',
    }
  }
  if (name === SNAPSHOT_NAME) {
    return {
      problem: 'is the policy by which Bramble saves snapshots',
      fix: 'write the rules under another name',
    }
  }
  if (/^[a-z0-9][a-z0-9._-]{0,127}$/.test(name)) return undefined
  const near = name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')
  return {
    problem: 'is no name of a policy: lower-case letters, digits, dots, - and _',
    fix: `write  ${near}`,
    why: 'Vault makes upper-case letters small, so it would be another one',
  }
}

function pathMistake(path: string, own: readonly string[]): Mistake | undefined {
  const [first = ''] = path.split('/')
  if (own.includes(first)) {
    const who =
      first === OWNED_MOUNT ? 'Bramble, which keeps there what it has made in Vault' : 'Vault itself'
    return { problem: `belongs to ${who}`, fix: 'choose another path' }
  }
  if (PATH.test(path) && !path.split('/').some((part) => part === '.' || part === '..')) return undefined
  const plain = path.replaceAll(/^\/+|\/+$/g, '')
  return {
    problem: 'is no path: parts of letters, digits, dots, - and _, with a slash between two',
    fix: `write  ${plain}`,
  }
}

function typeMistake(type: string): Mistake | undefined {
  const version = KV_WORDS[type]
  if (version === undefined) return undefined
  return { problem: 'is another word for kv', fix: `write  type: kv, version: ${version}` }
}

const ttl = (what: string) =>
  judgedBy(text(DURATION), (value) =>
    Number.isInteger(secondsIn(value))
      ? undefined
      : { problem: 'is no whole second', fix: 'write it as 1h or 90s' },
  )
    .optional()
    .describe(`${what}; default: the system's own, 768h.`)

const tuned = {
  description: z.string().default('').describe('What it is for.'),
  default_lease_ttl: ttl('How long what it gives out holds, such as 1h'),
  max_lease_ttl: ttl('How long what it gives out can be renewed at most'),
  listing_visibility: z
    .enum(['hidden', 'unauth'])
    .default('hidden')
    .describe('`unauth`: the web interface shows it to whoever has not logged in yet.'),
}

const type = (what: string) =>
  judgedBy(
    z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be a type in lower-case letters'),
    typeMistake,
  ).describe(what)

const remove = z
  .literal('allowed')
  .optional()
  .describe(
    'In place of all else: takes away what Bramble made there, with all that is in it, for good. Without it one with anything in it stays.',
  )

/** One or the other: what is to be there, or that what is there may go. */
function eitherMistake(written: {
  readonly type?: string | undefined
  readonly remove?: string | undefined
}): Mistake | undefined {
  if (written.type === undefined && written.remove === undefined)
    return {
      problem: 'has no type',
      fix: 'add  type: …  such as kv or userpass, or write  { remove: allowed }  to have it taken away',
    }
  return written.type !== undefined && written.remove !== undefined
    ? { problem: 'is to be there, and to go', fix: 'take  type:  or  remove:  away' }
    : undefined
}

const mountSchema = judgedBy(
  z.strictObject({
    type: type('Type of the secrets engine, such as kv, transit or pki.').optional(),
    version: z
      .union([z.literal(1), z.literal(2)])
      .optional()
      .describe(
        'Of type kv: 2 keeps the earlier versions of each entry, 1 (the default) does not. 1 can become 2 later, and never the other way.',
      ),
    ...tuned,
    remove,
  }),
  (written) =>
    eitherMistake(written) ??
    (written.version === undefined || written.type === 'kv'
      ? undefined
      : {
          problem: `has a version, and is of type ${written.type}`,
          fix: 'take  version:  away: only a kv has one',
        }),
)

const authSchema = judgedBy(
  z.strictObject({
    type: type('Type of the auth method, such as userpass, approle or jwt.').optional(),
    ...tuned,
    token_type: z
      .enum(['default-service', 'default-batch', 'service', 'batch'])
      .default('default-service')
      .describe('Which kind of token it gives out.'),
    remove,
  }),
  eitherMistake,
)

const value = z.union([
  z.union([z.string(), z.number()]).transform(String),
  z.boolean().transform(String),
  z.strictObject({
    secret: z
      .string()
      .regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')
      .describe('Name of a secret that Bramble makes once and keeps encrypted: vault/value/NAME.'),
  }),
])

function entryMistake(path: string): Mistake | undefined {
  const mistake = pathMistake(path, [...OWN_ENGINES, OWNED_MOUNT])
  if (mistake !== undefined || path.includes('/')) return mistake
  return { problem: 'has no secrets engine in front', fix: `write  kv/${path}  for one of the engine at kv/` }
}

function fieldsMistake(fields: Readonly<Record<string, unknown>>): Mistake | undefined {
  if (Object.keys(fields).length === 0)
    return { problem: 'has no field', fix: 'write  { password: { secret: NAME } }' }
  const bytes = Buffer.byteLength(JSON.stringify(fields))
  if (bytes <= MOST_ENTRY_BYTES) return undefined
  return {
    problem: `holds ${bytes} bytes, more than the ${MOST_ENTRY_BYTES} that its servers copy at once`,
    fix: 'keep large contents in a file or on a server, and write here where they are',
  }
}

/** The options. */
export const heldOptions = {
  policies: z
    .record(
      judgedBy(z.string(), policyNameMistake),
      z.strictObject({
        rules: judgedBy(z.string(), policyRulesMistake).describe(
          'Rules in the language of Vault, such as  path "kv/data/app/*" { capabilities = ["read"] }',
        ),
      }),
    )
    .default({})
    .describe('Policies by name. `root` and `default` are of Vault itself.'),
  mounts: z
    .record(
      judgedBy(z.string(), (path) => pathMistake(path, [...OWN_ENGINES, OWNED_MOUNT])),
      mountSchema,
    )
    .default({})
    .describe(
      'Secrets engines by path. One that leaves the cluster file goes only when nothing is in it; { remove: allowed } in its place takes it away with all that is in it.',
    ),
  auth: z
    .record(
      judgedBy(z.string(), (path) => pathMistake(path, ['token'])),
      authSchema,
    )
    .default({})
    .describe('Auth methods by path. They leave as secrets engines do.'),
  kv: z
    .record(judgedBy(z.string(), entryMistake), judgedBy(z.record(z.string().min(1), value), fieldsMistake))
    .default({})
    .describe(
      'Entries by path, the secrets engine in front, each with its fields; numbers and booleans become text. What must not show is { secret: NAME }, which Bramble makes, or { from: { secret: NAME } }, which you bring. Fields of others in an entry stay.',
    ),
}
