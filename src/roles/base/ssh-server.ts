/** How the SSH server of a node is set up: settings that are in force, and a reload that undoes itself. */
import { addressOf, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { sshdConfig } from '../../resources/sshd-config/sshd-config.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { ProvidedPort } from '../../topology/provided.ts'
import type { BaseOptions } from './options.ts'

/**
 * Keywords that are never given up: Bramble itself comes in with a key and asks engines through a local forwarding. They
 * may stand in a `Match` block (sshd_config(5), "Match"), so they are said for everybody there, too.
 */
const HARDENED: Readonly<Record<string, string>> = {
  PasswordAuthentication: 'no',
  KbdInteractiveAuthentication: 'no',
  PubkeyAuthentication: 'yes',
  X11Forwarding: 'no',
  // `local` also carries jumps to nodes behind this one (ssh_config(5), ProxyJump).
  AllowTcpForwarding: 'local',
  AllowAgentForwarding: 'no',
}

/** The same, of the server as a whole. */
const SERVER: Readonly<Record<string, string>> = {
  LoginGraceTime: '30',
  // A connection whose other end is gone ends after two minutes.
  ClientAliveInterval: '30',
  ClientAliveCountMax: '4',
  // What is taken out of the server's own lists, so that each version keeps the best that it knows: SHA-1, the curves of
  // NIST, finite fields of 2048 bits, tags of 64 bits, CBC, and MACs over the clear text (RFC 9142; sshd_config(5)).
  KexAlgorithms:
    '-ecdh-sha2-*,diffie-hellman-*-sha1,diffie-hellman-group14-*,diffie-hellman-group-exchange-*',
  Ciphers: '-*-cbc,arcfour*',
  MACs: '-*-sha1,*-sha1-*,*-md5*,umac-64*,hmac-ripemd160*,hmac-sha2-256,hmac-sha2-512,umac-128@openssh.com',
  HostKeyAlgorithms: '-ecdsa-*,sk-ecdsa-*,webauthn-sk-ecdsa-*,ssh-rsa,ssh-rsa-cert-*,ssh-dss*',
}

/** The settings. What the user set wins, whatever the case of its letters. */
export function sshSettings({ harden, settings }: BaseOptions['ssh'], loginUser: string) {
  const root = { PermitRootLogin: loginUser === 'root' ? 'prohibit-password' : 'no' }
  const set = new Set(Object.keys(settings).map((keyword) => keyword.toLowerCase()))
  const said = (values: Readonly<Record<string, string>>, always: boolean) =>
    Object.entries(values).map(([keyword, value]) => ({ keyword, value, always }))
  const hardened = harden ? [...said({ ...HARDENED, ...root }, true), ...said(SERVER, false)] : []
  return [...said(settings, false), ...hardened.filter(({ keyword }) => !set.has(keyword.toLowerCase()))]
}

/** Where it listens: the port by which the controller comes in, and one that is set here. */
export function sshPorts({ settings }: BaseOptions['ssh'], { sshPort }: ClusterNode): ProvidedPort[] {
  const set = Object.entries(settings).flatMap(([keyword, value]) =>
    keyword.toLowerCase() === 'port' ? [Number(value)] : [],
  )
  return [...new Set([sshPort, ...set])].map((port) => ({ port, protocol: 'tcp' }))
}

/** The SSH server's settings and service; nothing when there is nothing to say. */
export function sshServer(options: BaseOptions['ssh'], loginUser: string): Resource[] {
  const settings = sshSettings(options, loginUser)
  if (settings.length === 0) return []
  // It sorts before those of images, such as `50-cloud-init.conf`: the first value wins.
  const path = '/etc/ssh/sshd_config.d/10-bramble.conf'
  const config = sshdConfig({ path, settings, user: loginUser, trial: true })
  return [config, service({ name: 'ssh', reloadOn: [addressOf(config)], trial: true })]
}
