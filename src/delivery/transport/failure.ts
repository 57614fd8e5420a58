/** Says in our own words why a session did not come about, from what ssh printed. */
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import { loginCodes } from '../../diagnostics/catalogue/login.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { commandLine } from '../../shell/quote.ts'
import type { Dial } from './dial.ts'
import { pinnedKey, pinnedKeyOf } from './known-hosts.ts'
import type { SessionEnd } from './session.ts'

/** Why a node could not be worked on: a diagnostic whose place is the node. */
export type DeliveryFailure = Diagnostic

/** What is known of the session. */
export interface FailedConnection {
  readonly dial: Dial
  readonly end: SessionEnd
  readonly connectSeconds: number
  readonly knownHostsFile: string
}

const NOT_THERE =
  /(Connection refused|No route to host|Network is unreachable|Host is down|Connection timed out|Operation timed out|Could not resolve hostname|Name or service not known|administratively prohibited)/

/** The failure of a session that never got as far as our own first line. Texts are those of OpenSSH 8.4 to 10. */
export function connectionFailure(failed: FailedConnection): DeliveryFailure {
  const { dial, end } = failed
  const text = end.stderr.join('\n')
  const at = { where: { node: dial.node }, output: end.stderr.filter((line) => !line.startsWith('@@@')) }
  if (end.code === 127 && /spawn ssh ENOENT/.test(text)) return deliveryCodes.SSH_NOT_INSTALLED({}, at)
  if (/Host key verification failed|HOST IDENTIFICATION HAS CHANGED/.test(text))
    return changedKey(failed, text)
  if (/Too many authentication failures/.test(text)) return loginCodes.TOO_MANY_KEYS(dial, at)
  const denied = /Permission denied \(([^)]*)\)/.exec(text)
  if (denied) {
    const { node, user, userKey = 'access.user' } = dial
    const key = UNUSABLE_KEY.exec(text)?.groups
    if (key?.['file'] !== undefined)
      return loginCodes.KEY_FILE_UNUSABLE({ node, user, file: key['file'], reason: key['reason'] ?? '' }, at)
    return deliveryCodes.AUTHENTICATION_FAILED({ node, user, userKey, methods: denied[1] ?? '' }, at)
  }
  if (
    /timed out during banner exchange|Timeout, server .* not responding|Connection to .* timed out/.test(text)
  ) {
    return deliveryCodes.NODE_TIMED_OUT(
      { node: dial.node, seconds: failed.connectSeconds, doing: 'while the connection was being made' },
      at,
    )
  }
  const [away] = TURNED_AWAY.exec(text) ?? []
  if (away !== undefined && !NOT_THERE.test(text)) {
    const place = `${dial.host}:${dial.port}`
    const reason = away.replace(/^kex_exchange_identification: (read: )?/, '')
    return loginCodes.LOGIN_TURNED_AWAY({ node: dial.node, place, reason }, at)
  }
  return unreachable(failed, text, at)
}

/** What ssh says of a key file before it goes on without it (sshconnect2.c, ssh.c, authfile.c). */
const UNUSABLE_KEY =
  /(?:no such identity: |Identity file |Load key ")(?<file>.+?)(?: not accessible|")?: (?<reason>.+)/

/** Said by a server that ends a connection before the login (kex.c, clientloop.c; OpenSSH 9.8 has penalties). */
const TURNED_AWAY =
  /kex_exchange_identification: .*|Connection (?:closed|reset) by .*|Not allowed at this time|Exceeded MaxStartups/

/** Why a port of a node cannot be reached through its SSH server, with what to do where that is known. */
export function linkRefusal(reason: string): string {
  return /administratively prohibited/.test(reason)
    ? `${reason}: its SSH server forwards nothing; set AllowTcpForwarding to local (role base does, unless ssh.settings says otherwise) and DisableForwarding to no`
    : reason
}

function unreachable(
  { dial, end }: FailedConnection,
  text: string,
  at: { readonly output: readonly string[]; readonly where: { readonly node: string } },
): DeliveryFailure {
  const line = end.stderr.find((each) => NOT_THERE.test(each))
  const place = /connect to host (\S+) port (\d+)/.exec(text)
  return deliveryCodes.NODE_UNREACHABLE(
    {
      node: dial.node,
      place: place ? `${place[1]}:${place[2]}` : `${dial.host}:${dial.port}`,
      reason: (line && NOT_THERE.exec(line)?.[1]) ?? end.stderr.at(-1) ?? 'ssh said nothing',
    },
    at,
  )
}

/** ssh names the line that offends, the key it was shown, and for whom: with a jump that may be another node. */
function changedKey({ dial, end, knownHostsFile }: FailedConnection, text: string): DeliveryFailure {
  const line = /Offending \S+ key in .*:(\d+)/.exec(text)?.[1]
  // A key of another type than the pinned one has no line that offends.
  const name = /(?:Host key for (\S+) has changed|No \S+ host key is known for (\S+) and)/.exec(text)
  const node = name?.[1] ?? name?.[2] ?? dial.node
  return deliveryCodes.HOST_KEY_CHANGED(
    {
      node,
      shown: /(SHA256:[A-Za-z0-9+/]+)/.exec(text)?.[1],
      pinned:
        line === undefined ? pinnedKeyOf(knownHostsFile, node) : pinnedKey(knownHostsFile, Number(line)),
      command: commandLine(['ssh-keygen', '-R', node, '-f', knownHostsFile]),
    },
    { where: { node: dial.node }, output: end.stderr.slice(-3) },
  )
}
