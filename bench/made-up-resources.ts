/** Any number of resources for one node, of the same kinds whatever their number. */
import { createHash } from 'node:crypto'
import type { Resource } from '../src/resources/kind.ts'
import { built } from './built.ts'

const UNIT_TEXT =
  '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n'

/** A public key that nobody has the private half of (RFC 8709, section 4). */
function publicKey(index: number): string {
  const key = createHash('sha256').update(`key ${index}`).digest()
  const blob = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1'), key])
  return `ssh-ed25519 ${blob.toString('base64')} bench-${index}`
}

/** So many resources: of ten, five files (one of them a unit), a folder, a link, a group, a key and a service. */
export function madeUpResources(user: string, count: number): Resource[] {
  const { file } = built.file()
  const { directory } = built.directory()
  const { link } = built.link()
  const { group } = built.group()
  const { authorizedKey } = built.authorizedKey()
  const { service } = built.service()
  const { unit } = built.unit()
  const ten = (tens: number): Resource[] => {
    const folder = `/opt/bench/${tens}`
    const files = Array.from({ length: 4 }, (_, index) =>
      file({ path: `${folder}/${index}`, content: `file ${index} of ${tens}\n`.repeat(20) }),
    )
    const own = unit({ name: `bench-${tens}`, content: UNIT_TEXT })
    return [
      directory({ path: folder }),
      ...files,
      link({ path: `${folder}/link`, target: '0' }),
      group({ name: `bench${tens}` }),
      authorizedKey({ user, key: publicKey(tens) }),
      own,
      service({ name: `bench-${tens}`, restartOn: [`file:/etc/systemd/system/bench-${tens}.service`] }),
    ]
  }
  return [
    directory({ path: '/opt/bench' }),
    ...Array.from({ length: count / 10 }, (_, tens) => ten(tens)).flat(),
  ]
}
