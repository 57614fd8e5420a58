/** What a secret can hold: its kinds, and which parts of them must never show. */
import { z } from 'zod'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { SecretsError } from './secrets-error.ts'

const gossipKey = z.base64().refine((key) => [16, 24, 32].includes(Buffer.from(key, 'base64').length), {
  message: 'a gossip key is 16, 24 or 32 bytes in base64',
})
const certificate = z.strictObject({ certificatePem: z.string(), keyPem: z.string() })

/**
 * The value of each kind. `text` and `fields` are for whatever has no form of its own (a password, Vault's unseal
 * keys), `key-pair` for a private key whose public half may show (WireGuard, SSH).
 */
const valueSchemas = {
  text: z.string(),
  fields: z.record(z.string(), z.string()),
  'key-pair': z.strictObject({ publicKey: z.string(), privateKey: z.string() }),
  token: z.strictObject({ accessorId: z.uuid(), secretId: z.uuid() }),
  'gossip-key': z.discriminatedUnion('phase', [
    z.strictObject({ phase: z.literal('steady'), primary: gossipKey }),
    z.strictObject({ phase: z.enum(['introducing', 'retiring']), primary: gossipKey, secondary: gossipKey }),
  ]),
  certificate,
  'certificate-authority': certificate,
} as const

/** What sort of thing a secret is. */
export type SecretKind = keyof typeof valueSchemas

/** The form of a secret's value, by kind. */
export type SecretValues = { [Kind in SecretKind]: z.infer<(typeof valueSchemas)[Kind]> }

/** One secret, decrypted. */
export interface Secret<Kind extends SecretKind = SecretKind> {
  readonly name: string
  readonly kind: Kind
  /** ISO 8601, UTC: when this value was made or imported. */
  readonly createdAt: string
  readonly value: SecretValues[Kind]
  /** It came from outside: Bramble cannot make it again, and never throws it away. */
  readonly imported?: true
  /** The value before the last rotation, for members that still use it. */
  readonly previous?: { readonly createdAt: string; readonly value: SecretValues[Kind] }
}

/** A text that must not show, and the secret that it belongs to. */
export interface SecretText {
  readonly name: string
  readonly text: string
}

/** All kinds, in the order of the reference. */
export const SECRET_KINDS = Object.keys(valueSchemas) as readonly SecretKind[]

/** Fields that may show. Everything else that is text is secret, so that a new field is hidden until it is listed. */
const PUBLIC_FIELDS: Partial<Record<SecretKind, readonly string[]>> = {
  'key-pair': ['publicKey'],
  token: ['accessorId'],
  'gossip-key': ['phase'],
  certificate: ['certificatePem'],
  'certificate-authority': ['certificatePem'],
}

/** Shorter texts are found all over any output: they can neither be guessed slowly nor be hidden by value. */
export const MINIMUM_SECRET_LENGTH = 8

/** Version of the form in which a secret is written. */
const FORMAT_VERSION = 1

/** The secret parts of a secret, the previous value's too. */
export function secretTexts(secret: Secret): readonly SecretText[] {
  const values = secret.previous ? [secret.value, secret.previous.value] : [secret.value]
  return values
    .flatMap((value) => textsOf(secret.kind, value))
    .map(([, text]) => ({ name: secret.name, text }))
}

function textsOf(kind: SecretKind, value: SecretValues[SecretKind]): readonly [string, string][] {
  if (typeof value === 'string') return [['', value]]
  const shown = PUBLIC_FIELDS[kind] ?? []
  return Object.entries(value).filter(([field]) => !shown.includes(field))
}

/** Throws {@link SecretsError} when `value` is not of this kind, or too short to be kept secret. */
export function requireValue(name: string, kind: SecretKind, value: unknown): void {
  const parsed = valueSchemas[kind].safeParse(value)
  if (!parsed.success) {
    // Only the path and the rule: the value itself must not get into a message.
    const problem = parsed.error.issues
      .map((issue) => [issue.path.join('.'), issue.message].join(' ').trim())
      .join('; ')
    throw new SecretsError(secretsCodes.SECRET_MALFORMED({ name, kind, problem }))
  }
  for (const [field, text] of textsOf(kind, parsed.data)) {
    if (text.replace(/\s/g, '').length >= MINIMUM_SECRET_LENGTH) continue
    throw new SecretsError(
      secretsCodes.SECRET_TOO_SHORT({ name, field, minimumLength: MINIMUM_SECRET_LENGTH }),
    )
  }
}

/** The text that is encrypted. The name is part of it, so that a file that was moved or swapped is noticed. */
export function secretToJson(secret: Secret): string {
  return `${JSON.stringify({ version: FORMAT_VERSION, ...secret }, null, 2)}\n`
}

/** What {@link secretFromJson} can find instead of a secret. */
type ContentProblem = 'newer' | 'malformed'

/** The reverse of {@link secretToJson}; the caller compares the name. */
export function secretFromJson(json: string): Secret | ContentProblem {
  let parsed: z.infer<typeof envelope>
  try {
    parsed = envelope.parse(JSON.parse(json))
  } catch {
    return 'malformed'
  }
  if (parsed.version > FORMAT_VERSION) return 'newer'
  const values = parsed.previous ? [parsed.value, parsed.previous.value] : [parsed.value]
  const schema = valueSchemas[parsed.kind as SecretKind] as z.ZodType | undefined
  if (schema === undefined) return 'newer'
  if (!values.every((value) => schema.safeParse(value).success)) return 'malformed'
  const { version: _, ...secret } = parsed
  return secret as Secret
}

const envelope = z.object({
  version: z.int().positive(),
  name: z.string(),
  kind: z.string(),
  createdAt: z.iso.datetime(),
  value: z.unknown(),
  imported: z.literal(true).optional(),
  previous: z.object({ createdAt: z.iso.datetime(), value: z.unknown() }).optional(),
})
