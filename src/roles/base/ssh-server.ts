/** How the SSH server of a node is set up: a drop-in that sshd has checked, and a reload that undoes itself. */
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import type { BaseOptions } from './options.ts'

/** Keywords that are never given up: Bramble itself comes in with a key and asks engines through a local forwarding. */
const HARDENED: Readonly<Record<string, string>> = {
  PasswordAuthentication: 'no',
  KbdInteractiveAuthentication: 'no',
  X11Forwarding: 'no',
  // `local` also carries jumps to nodes behind this one (ssh_config(5), ProxyJump).
  AllowTcpForwarding: 'local',
  AllowAgentForwarding: 'no',
  LoginGraceTime: '30',
  // A connection whose other end is gone ends after two minutes.
  ClientAliveInterval: '30',
  ClientAliveCountMax: '4',
}

/**
 * The text of the drop-in. sshd takes the first value of a keyword that it reads (sshd_config(5)), so what the user set
 * stands above, and the file sorts before those of images such as `50-cloud-init.conf`.
 */
export function sshServerText({ harden, settings }: BaseOptions['ssh'], loginUser: string): string {
  const root = { PermitRootLogin: loginUser === 'root' ? 'prohibit-password' : 'no' }
  const set = new Set(Object.keys(settings).map((keyword) => keyword.toLowerCase()))
  const hardened = Object.entries(harden ? { ...HARDENED, ...root } : {})
  const lines = [
    ...Object.entries(settings),
    ...hardened.filter(([keyword]) => !set.has(keyword.toLowerCase())),
  ]
  return lines.map(([keyword, value]) => `${keyword} ${value}\n`).join('')
}

/** The SSH server's drop-in and service; nothing when there is nothing to say. */
export function sshServer(options: BaseOptions['ssh'], loginUser: string): Resource[] {
  const content = sshServerText(options, loginUser)
  if (content === '') return []
  const dropIn = file({
    path: '/etc/ssh/sshd_config.d/10-bramble.conf',
    content,
    validate: ['/usr/sbin/sshd', '-t', '-f', '{}'],
    trial: true,
  })
  return [dropIn, service({ name: 'ssh', reloadOn: [addressOf(dropIn)], trial: true })]
}
