/** A real TLS server shows what it likes, in the place of an agent: CERTIFICATE_NOT_SHOWN. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NodeLink } from '../../engines/contract.ts'
import { openCluster } from '../open.ts'
import { prepare, type Prepared } from '../run/prepare.ts'
import { oldCertificates } from './old-certificates.ts'

const FILE = `cluster: office
domain: office.example.net
nodes:
  a: { address: 192.0.2.1, model: pi4, memory: 4GiB }
  b: { address: 192.0.2.2, model: pi4, memory: 4GiB }
  c: { address: 192.0.2.3, model: pi4, memory: 4GiB }
roles:
  consul-server: { on: all }
`

describe('a certificate that is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-certificates-'))
  let prepared: Prepared
  let server: Server | undefined

  beforeAll(async () => {
    writeFileSync(join(folder, 'cluster.yaml'), FILE)
    const opened = await openCluster({ folder, lab: false })
    if (!('cluster' in opened)) throw new Error(opened.diagnostics.map(({ summary }) => summary).join('\n'))
    prepared = await prepare(opened.cluster, {}, 'look', () => Promise.resolve(new Map()), 'here')
  })

  afterAll(() => {
    server?.close()
    rmSync(folder, { recursive: true })
  })

  /** What is said of node a while its port shows the certificate of this node. */
  async function said(shown: string, differing: string[] = []) {
    server?.close()
    const { certificatePem: cert, keyPem: key } = prepared.provisions.secrets.certificate(
      `consul/certificate/${shown}`,
    )
    const listening = createServer({ cert, key })
    server = listening
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    const address = listening.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const link: Pick<NodeLink, 'connect'> = {
      connect: () =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject)
        }),
    }
    const seen = differing.map((local) => ({
      id: '1',
      address: `a/${local}`,
      action: 'update' as const,
      differences: [],
    }))
    return oldCertificates(prepared, { node: 'a', differing: seen }, link)
  }

  it('and shown is well', async () => {
    expect(await said('a')).toEqual([])
  })

  it('while the port shows another one is told, with what restarts its reader', async () => {
    const [found, ...others] = await said('b')
    expect(others).toEqual([])
    expect(found).toMatchObject({
      code: 'CERTIFICATE_NOT_SHOWN',
      summary: 'port 8501 of a does not show the certificate that is installed there',
      fix: 'bramble ssh a -- sudo systemctl restart consul.service',
    })
  })

  it('or whose reader is about to be changed is left to that change', async () => {
    expect(await said('b', ['service:consul.service'])).toEqual([])
    expect(await said('b', ['file:/etc/consul.d/tls/agent.crt', 'service:consul.service'])).toEqual([])
  })
})
