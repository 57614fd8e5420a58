/** What stands for a secret from reading the cluster file until the store is open: a text that says of which. */

/** Nobody types it, and no program shows it. */
const SIGN = '\u2063'

const STAND_IN = new RegExp(`${SIGN}\\[secret ([^\\]${SIGN}]+)\\]${SIGN}`, 'g')

/** The text for a secret; it shows as a redacted value does. */
export function standInFor(secret: string): string {
  return `${SIGN}[secret ${secret}]${SIGN}`
}

/** Whether a text holds what stands for any secret. */
export function holdsStandIn(text: string): boolean {
  return text.includes(SIGN) && text.search(STAND_IN) >= 0
}

/** A copy of plain data in which each text that stands for a secret is its value; one without a value stays. */
export function revealed<Value>(value: Value, valueOf: (secret: string) => string | undefined): Value {
  return inside(value, valueOf) as Value
}

function inside(value: unknown, valueOf: (secret: string) => string | undefined): unknown {
  if (typeof value === 'string')
    return value.replaceAll(STAND_IN, (text, secret: string) => valueOf(secret) ?? text)
  if (Array.isArray(value)) return value.map((item) => inside(item, valueOf))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item, valueOf)]))
}
