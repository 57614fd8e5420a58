/** What a run has made up and not yet kept, such as a first certificate: another run will make up another. */
import type { SecretStore } from '../../secrets/store.ts'

/** Stands for it in a plan. */
const KNOWN_LATER = '(known after apply)\n'
const PEM = '-----BEGIN CERTIFICATE-----'

/** Puts {@link KNOWN_LATER} in place of the public parts of what was made and is not saved; what is secret does not show anyway. */
export function knownLater(secrets: SecretStore): (text: string) => string {
  const made = secrets.list().filter(({ pending }) => pending)
  const texts = made.flatMap(({ name, kind }) =>
    kind === 'certificate' || kind === 'certificate-authority'
      ? [secrets.get(name, kind).value.certificatePem.trim()]
      : [],
  )
  return (text) =>
    // Few texts hold any certificate.
    text.includes(PEM)
      ? texts.reduce((left, known) => left.replaceAll(`${known}\n`, KNOWN_LATER), text)
      : text
}
