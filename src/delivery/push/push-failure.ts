/** Says why a session with a node came to nothing. */
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import { loginCodes } from '../../diagnostics/catalogue/login.ts'
import { connectionFailure } from '../transport/failure.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { SessionEnd } from '../transport/session.ts'
import type { Transport } from '../transport/transport.ts'
import type { PushRun } from './contract.ts'
import type { TalkEnd } from './conversation.ts'
import type { ProgramReader } from './program-reader.ts'
import { sudoFailure } from './sudo-failure.ts'

/** What is known of a session that did not do what it was for. */
export interface FailedTalk {
  readonly push: PushRun
  readonly node: string
  readonly talk: TalkEnd
  readonly reader: ProgramReader
  /** For messages: what the node was at, "during the check". */
  readonly doing: string
  /** A program that we started goes on. */
  readonly running?: boolean
}

/** The failure of a session, whatever it was. */
export function talkFailure(failed: FailedTalk): DeliveryFailure {
  const { node, talk, reader } = failed
  const output = [...reader.noise, ...talk.end.stderr]
  const at = { where: { node }, output }
  if (talk.stopped) {
    return failed.running === true
      ? deliveryCodes.PROGRAM_GOES_ON({ node }, at)
      : deliveryCodes.DELIVERY_STOPPED({ node }, at)
  }
  if (reader.violation !== undefined) return deliveryCodes.NODE_BABBLED({ node, what: reader.violation }, at)
  if (talk.silentSeconds !== undefined) {
    const doing = talk.ready ? failed.doing : 'before the login was done'
    return deliveryCodes.NODE_TIMED_OUT({ node, seconds: talk.silentSeconds, doing }, at)
  }
  if (!talk.ready) {
    const { transport } = failed.push
    return loginFailure({ transport, node, ...talk, noise: reader.noise })
  }
  const medium = mediumFailure(node, output)
  if (medium) return medium
  const how =
    talk.end.code === 255 ? 'the connection broke' : `it ended with status ${talk.end.code} ${failed.doing}`
  return deliveryCodes.PROGRAM_BROKE_OFF({ node, how }, at)
}

/** What is known of a login after which nothing of ours ran. */
export interface FailedLogin {
  readonly transport: Transport
  readonly node: string
  readonly end: SessionEnd
  /** What the login shell printed. */
  readonly noise: readonly string[]
  /** A sudo password was given. */
  readonly passwordGiven: boolean
}

/** Why we did not get as far as our own first line. */
export function loginFailure({ transport, node, end, noise, passwordGiven }: FailedLogin): DeliveryFailure {
  const dial = transport.dial(node)
  const text = end.stderr.join('\n')
  const at = { where: { node }, output: [...noise, ...end.stderr] }
  const who = { node, user: dial.user }
  const bySudo = end.code !== 255 && dial.sudo !== 'none'
  const sudo = bySudo ? sudoFailure(text, { ...who, passwordGiven }, at) : undefined
  if (sudo) return sudo
  if (
    /account (has|is) expired|[Pp]assword change required|Your password has expired/.test(
      at.output.join('\n'),
    )
  ) {
    return loginCodes.LOGIN_ACCOUNT_EXPIRED(who, at)
  }
  if (end.code === 255 || /spawn ssh/.test(text)) {
    return connectionFailure({
      dial,
      end,
      connectSeconds: transport.connectSeconds(node),
      knownHostsFile: transport.knownHostsFile,
    })
  }
  return deliveryCodes.LOGIN_RUNS_NOTHING({ ...who, status: end.code }, at)
}

/**
 * A full or read-only file system, recognised by what the C library says of it in English. `place` stands in where that
 * names no file.
 */
export function mediumFailure(
  node: string,
  output: readonly string[],
  place?: string,
): DeliveryFailure | undefined {
  const at = { where: { node }, output }
  // GNU tar tells of a write that was cut short without saying why.
  const full = output.find((line) => /No space left on device|Wrote only \d+ of \d+ bytes/.test(line))
  if (full !== undefined) return deliveryCodes.DISK_FULL({ node, place: placeIn(full, place) }, at)
  const fixed = output.find((line) => line.includes('Read-only file system'))
  if (fixed !== undefined) return deliveryCodes.ROOT_READ_ONLY({ node, place: placeIn(fixed, place) }, at)
  return undefined
}

function placeIn(line: string, otherwise: string | undefined): string {
  return (
    /(\/(?:run|var|etc|tmp|boot|usr|home|opt|srv)[^\s:'"‘’]*)/.exec(line)?.[1] ??
    otherwise ??
    (/gzip/.test(line) ? '/run' : '/var/lib/bramble')
  )
}
