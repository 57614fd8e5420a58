/** Says in our own words why sudo did not make us root. Texts are those of sudo 1.8 to 1.9 and of sudo-rs, in English. */
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import { loginCodes } from '../../diagnostics/catalogue/login.ts'
import type { At } from '../../diagnostics/define-codes.ts'
import type { DeliveryFailure } from '../transport/failure.ts'

/** Whose login it was. */
export interface SudoLogin {
  readonly node: string
  readonly user: string
  /** A password was given. */
  readonly passwordGiven: boolean
}

type Told = (who: SudoLogin, at: At, match: RegExpExecArray) => DeliveryFailure | undefined

/** The first that fits counts: some texts hold the words of others. */
const CAUSES: readonly (readonly [RegExp, Told])[] = [
  [/must have a tty to run sudo/, (who, at) => loginCodes.SUDO_NEEDS_TERMINAL(who, at)],
  [
    /(Account or password is|Password|[Aa]ccount) expired|account validation failure|unable to change expired password/,
    (who, at) => loginCodes.LOGIN_ACCOUNT_EXPIRED(who, at),
  ],
  [
    /sudo: (.*(?:setuid bit set|effective uid is not 0|no new privileges|no valid sudoers sources|parse error|syntax error|is world writable|is owned by uid|should be (?:mode|owned)|unable to (?:open|read|stat|initialize) .*))/,
    (who, at, [, reason = '']) => loginCodes.SUDO_UNUSABLE({ ...who, reason }, at),
  ],
  [
    // sudo shows the whole command, of which only the end may be left.
    /user \S+ is not allowed to execute '|' as (?:root|\S+:\S+) on \S+\.\s*$|I'm sorry \S+\. I'm afraid I can't do that/,
    (who, at) => loginCodes.SUDO_LIMITED(who, { ...at, output: at.output?.slice(-1) ?? [] }),
  ],
  [
    /try again|incorrect (?:password|authentication)|Authentication failed/i,
    (who, at) => (who.passwordGiven ? deliveryCodes.SUDO_PASSWORD_WRONG(who, at) : undefined),
  ],
  [
    /password is required|interactive authentication is required|a terminal is required to read the password/,
    (who, at) => deliveryCodes.SUDO_PASSWORD_NEEDED(who, at),
  ],
  [/is not in the sudoers file|may not run sudo/, (who, at) => deliveryCodes.SUDO_REFUSED(who, at)],
  [
    /env: .?sudo.?: No such file|can't execute 'sudo'|sudo: (?:command )?not found/,
    (who, at) => loginCodes.SUDO_MISSING(who, at),
  ],
]

/** The failure of a login that ended in sudo; undefined when sudo had no part in it. */
export function sudoFailure(text: string, who: SudoLogin, at: At): DeliveryFailure | undefined {
  for (const [pattern, told] of CAUSES) {
    const match = pattern.exec(text)
    const failure = match && told(who, at, match)
    if (failure) return failure
  }
  return /^sudo[:-]/m.test(text) ? deliveryCodes.SUDO_REFUSED(who, at) : undefined
}
