/** Follows a program that runs apart from every session, over as many connections as it takes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PushRun } from './contract.ts'
import { talk } from './conversation.ts'
import type { TalkEnd } from './conversation.ts'
import type { ProgramEvent } from './program-events.ts'
import type { ProgramReader } from './program-reader.ts'
import type { Session } from '../transport/session.ts'
import { SCRIPTS } from './scripts.ts'

/** What is followed. */
export interface Following {
  /** Its `run` is the one whose program is followed. */
  readonly push: PushRun
  readonly node: string
  readonly reader: ProgramReader
  readonly onEvent: (event: ProgramEvent) => void
}

/** How far a program was followed. */
export interface Followed {
  /** Exit status of the program, when it told it. */
  readonly status?: number
  /** The program is over, or never began, and told no status. */
  readonly gone: boolean
  /** The connection stayed away so long, or may not be taken up again; with the last session. */
  readonly lost?: { readonly seconds: number; readonly talk: TalkEnd }
}

const REJOIN_SECONDS = 120
const LONGEST_PAUSE_SECONDS = 8
/** How long a program may say nothing until the node is asked whether it still lives. */
const ASK_SECONDS = 20

/** After how much silence the node is asked whether the program still lives. */
export function askSeconds({ silenceSeconds = ASK_SECONDS }: PushRun): number {
  return Math.min(ASK_SECONDS, silenceSeconds)
}

/** Watches the events of a followed program for its end. */
export class EndOfProgram {
  status: number | undefined
  gone = false
  /** The program was started: its events file was read. */
  began = false
  /** The session at hand reads the events file. */
  follows = false
  finished = false

  /** Takes every event of every session; lets the session go when there is nothing more to come. */
  take(event: ProgramEvent, session: Session): void {
    if (event.type === 'follows') this.began = this.follows = true
    if (event.type === 'finished') this.finished = true
    if (event.type === 'gone') this.gone = true
    if (event.type === 'ended') this.status = event.status
    // After its end nobody needs the events file any more.
    if (event.type === 'ended' || event.type === 'gone') session.stdin.end('over\n')
  }

  get isOver(): boolean {
    return this.status !== undefined || this.gone
  }
}

/** Takes a broken connection up again until the program is over or too much time has passed. */
export async function rejoin(following: Following, ending: EndOfProgram, broken: TalkEnd): Promise<Followed> {
  const { push } = following
  const patience = (push.rejoinSeconds ?? REJOIN_SECONDS) * 1000
  let lostAt = Date.now()
  let last = broken
  let pauseSeconds = 0.5
  while (!ending.isOver) {
    const seconds = Math.round((Date.now() - lostAt) / 1000)
    if (isFinal(following, last) || Date.now() - lostAt > patience) {
      return { gone: false, lost: { seconds, talk: last } }
    }
    // An abort ends the pause; the loop then sees it in the next session.
    await delay(pauseSeconds * 1000, undefined, { ...(push.signal && { signal: push.signal }) }).catch(
      () => undefined,
    )
    pauseSeconds = Math.min(pauseSeconds * 2, LONGEST_PAUSE_SECONDS)
    ending.follows = false
    following.reader.reconnect()
    last = await rejoinOnce(following, ending)
    if (ending.follows) {
      lostAt = Date.now()
      pauseSeconds = 0.5
    }
  }
  return { gone: ending.gone, ...(ending.status !== undefined && { status: ending.status }) }
}

/** Does it make no sense to try again? */
function isFinal({ reader }: Following, last: TalkEnd): boolean {
  if (reader.violation !== undefined || last.stopped) return true
  return (
    !last.ready && last.end.stderr.some((line) => /Host key verification failed|Permission denied/.test(line))
  )
}

function rejoinOnce({ push, node, reader, onEvent }: Following, ending: EndOfProgram): Promise<TalkEnd> {
  return talk({
    push,
    node,
    script: SCRIPTS.rejoin,
    args: [String(reader.offset + 1)],
    reader,
    staysOpen: true,
    silenceSeconds: askSeconds(push),
    onSilence: askWhetherAlive,
    mayLast: () => true,
    onEvent: (event, session) => {
      ending.take(event, session)
      onEvent(event)
    },
  })
}

/** Any line but `over` makes the node look; it answers only when the program is gone. */
export function askWhetherAlive(session: Session): boolean {
  session.stdin.write('?\n')
  return true
}
