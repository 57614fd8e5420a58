import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ensureCertificateAuthority } from '../../secrets/certificates.ts'
import { openSecrets, type SecretStore } from '../../secrets/store.ts'
import { knownLater } from './known-later.ts'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'bramble-known-later-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

const open = (at: string, mode: 'read' | 'create'): Promise<SecretStore> =>
  openSecrets({
    folder: join(at, 'secrets'),
    cluster: 'office',
    mode,
    identityFile: join(at, 'identity.txt'),
  })

async function authorityOf(store: SecretStore): Promise<string> {
  await ensureCertificateAuthority(store, { name: 'consul/ca', subject: 'Consul', now: new Date() })
  return store.get('consul/ca', 'certificate-authority').value.certificatePem
}

it('does not show a certificate that another run will make anew', async () => {
  const store = await open(folder(), 'read')
  const pem = await authorityOf(store)
  const shown = knownLater(store)(`ca:\n${pem}end\n`)
  expect(shown).toBe('ca:\n(known after apply)\nend\n')
})

it('shows one that is kept', async () => {
  const at = folder()
  const store = await open(at, 'create')
  const pem = await authorityOf(store)
  await store.save()
  expect(knownLater(await open(at, 'read'))(pem)).toBe(pem)
})
