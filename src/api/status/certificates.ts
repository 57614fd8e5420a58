/** The certificates of a node: what is installed there, and what its ports really show over a new connection. */
import { X509Certificate } from 'node:crypto'
import type { Observation } from '../../delivery/push/contract.ts'
import type { NodeLink } from '../../engines/contract.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { ServedCertificate } from '../../wishes/secret-wish.ts'
import { reasonOf } from '../../support/reason.ts'
import { certificateWords, greet, type ShownCertificate } from '../../support/shown-certificate.ts'
import type { Prepared } from '../run/prepare.ts'
import { certificatesOfNode } from '../../programs/programs.ts'

/** From when to when a certificate is good. */
export interface Life {
  readonly notBefore: Date
  readonly notAfter: Date
  readonly fingerprint: string
}

/** How one certificate of a node stands. */
export interface CertificateStatus {
  /** Name of its secret. */
  readonly name: string
  /** Of the file on the node; left out where there is none, or none that can be read. */
  readonly installed?: Life
  /** Of what the port shows; left out where nobody answers there. */
  readonly served?: Life
  /** What is wrong, one sentence each; empty when all is well. */
  readonly problems: readonly string[]
}

/** What of a look at a node is needed. */
export type Seen = Pick<Observation, 'node' | 'differing'>

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

/** Looks at all certificates of a node at once. Never rejects. */
export function certificatesOn(
  prepared: Pick<Prepared, 'resolved' | 'provisions'>,
  node: ClusterNode,
  seen: Seen,
  link: Pick<NodeLink, 'connect'>,
  now: Date,
): Promise<readonly CertificateStatus[]> {
  return Promise.all(
    certificatesOfNode(prepared.resolved, node).map((wanted) =>
      look(prepared, node.name, wanted, seen, link, now),
    ),
  )
}

/** Whole days until the first of them ends; undefined without any. */
export function daysLeft(certificates: readonly CertificateStatus[], now: Date): number | undefined {
  const ends = certificates
    .flatMap(({ installed, served }) => [installed, served])
    .flatMap((life) => (life ? [life.notAfter.getTime()] : []))
  return ends.length === 0
    ? undefined
    : Math.floor((Math.min(...ends) - now.getTime()) / MILLISECONDS_PER_DAY)
}

async function look(
  prepared: Pick<Prepared, 'resolved' | 'provisions'>,
  node: string,
  wanted: ServedCertificate,
  seen: Seen,
  link: Pick<NodeLink, 'connect'>,
  now: Date,
): Promise<CertificateStatus> {
  const { secrets } = prepared.provisions
  const installed = installedLife(secrets.certificate(wanted.secret).certificatePem, wanted.path, seen)
  const served = await servedLife(link, node, wanted, secrets.authority(wanted.authority).certificatePem)
  // Where there is neither, nothing has been applied yet, which drift tells.
  const isThere = installed !== undefined || served.shown !== undefined
  const problems = [
    ...(served.problem === undefined || !isThere ? [] : [served.problem]),
    ...(installed && served.shown && installed.fingerprint !== served.shown.fingerprint
      ? [
          `port ${wanted.port} still shows ${certificateWords(served.shown)}, which is not the one that is installed: ` +
            `bramble ssh ${node} -- sudo systemctl restart ${wanted.unit}`,
        ]
      : []),
    ...lifeProblems(installed ?? served.shown, now),
  ]
  return {
    name: wanted.secret,
    ...(installed && { installed }),
    ...(served.shown && { served: lifeOf(served.shown) }),
    problems,
  }
}

/** What the check has not complained of is what is wanted; where it has, it has sent what is there. */
function installedLife(wantedPem: string, path: string, { node, differing }: Seen): Life | undefined {
  const difference = differing.find(({ address }) => address === `${node}/file:${path}`)
  if (difference === undefined) return lifeOfPem(wantedPem)
  return difference.currentText === undefined ? undefined : lifeOfPem(difference.currentText)
}

function lifeOfPem(pem: string): Life | undefined {
  try {
    const { validFrom, validTo, fingerprint256 } = new X509Certificate(pem)
    return { notBefore: new Date(validFrom), notAfter: new Date(validTo), fingerprint: fingerprint256 }
  } catch {
    return undefined
  }
}

function lifeOf({ notBefore, notAfter, fingerprint }: ShownCertificate): Life {
  return { notBefore, notAfter, fingerprint }
}

async function servedLife(
  link: Pick<NodeLink, 'connect'>,
  node: string,
  { port, name }: ServedCertificate,
  authorityPem: string,
): Promise<{ readonly shown?: ShownCertificate; readonly problem?: string }> {
  try {
    const { socket, shown, distrust } = await greet(await link.connect(node, port), { name, authorityPem })
    socket.destroy()
    return { shown, ...(distrust !== undefined && { problem: `port ${port}: ${distrust}` }) }
  } catch (error) {
    return { problem: reasonOf(error) }
  }
}

function lifeProblems(life: Life | undefined, now: Date): string[] {
  if (life === undefined || life.notBefore <= now) return []
  return [`the certificate is not valid before ${life.notBefore.toISOString()}`]
}
