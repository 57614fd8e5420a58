/** A stand-in for public resolvers: Unbound on a node of the lab, which speaks DNS over TLS with a certificate of an authority of its own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../../src/support/run.ts'

/** The name in its certificate. */
export const PUBLIC_NAME = 'public.example'

/** Uses of roles that make a node it, for a cluster file. */
export function publicResolver(node: string): string {
  return `  packages: { on: ${node}, install: [unbound, dns-root-data] }
  files:
    - { on: ${node}, path: /etc/public, folder: true }
    - { on: ${node}, path: /etc/public/public.conf, source: files/public.conf }
    - { on: ${node}, path: /etc/public/public.pem, source: files/public.pem }
    - { on: ${node}, path: /etc/public/public.key, source: files/public.key, owner: unbound, secret: true }
  units:
    - { on: ${node}, unit: unbound, enabled: masked }
    - on: ${node}
      unit: public-dns
      content: |
        [Service]
        ExecStart=/usr/sbin/unbound -d -p -c /etc/public/public.conf
        [Install]
        WantedBy=multi-user.target
      reads: [/etc/public/public.conf, /etc/public/public.pem]
`
}

/** Lays its files down beside the cluster file, with \`ca.pem\` for who asks it, and \`wrong-ca.pem\`, which is another authority. */
export async function writePublicFiles(
  folder: string,
  addresses: Readonly<Record<string, string>>,
): Promise<void> {
  const files = join(folder, 'files')
  mkdirSync(files, { recursive: true })
  const openssl = async (...words: string[]): Promise<void> => {
    const { code, stderr } = await run('openssl', words)
    if (code !== 0) throw new Error(stderr)
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30']
  const at = (name: string) => join(files, name)
  for (const name of ['ca', 'wrong-ca']) {
    const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
    await openssl('req', '-x509', ...key, '-subj', `/CN=${name}`, ...out)
  }
  const names = ['-addext', `subjectAltName=DNS:${PUBLIC_NAME}`, '-addext', 'basicConstraints=CA:FALSE']
  const issuer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')]
  const out = ['-keyout', at('public.key'), '-out', at('public.pem')]
  await openssl('req', '-x509', ...key, '-subj', `/CN=${PUBLIC_NAME}`, ...names, ...issuer, ...out)
  writeFileSync(at('public.conf'), configuration(addresses))
}

function configuration(addresses: Readonly<Record<string, string>>): string {
  const records = Object.entries(addresses).map(
    ([name, address]) => `  local-data: "${name}. 60 IN A ${address}"\n`,
  )
  return `server:
  directory: "/etc/public"
  chroot: ""
  username: "unbound"
  pidfile: "/run/public-dns.pid"
  interface: 0.0.0.0@853
  tls-service-key: "/etc/public/public.key"
  tls-service-pem: "/etc/public/public.pem"
  access-control: 0.0.0.0/0 allow
  module-config: "iterator"
  local-zone: "." static
  local-data: ". 60 IN SOA a. b. 1 60 60 60 5"
${records.join('')}remote-control:
  control-enable: no
`
}
