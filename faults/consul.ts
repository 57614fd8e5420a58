/** Servers are killed and cut off while an apply restarts them one after the other: who stops, who says why, what is lost? */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { REPOSITORY } from '../bench/built.ts'
import { withRelease } from '../bench/release-mirror.ts'
import { startWriter, tokenOf } from '../bench/writer.ts'
import type { Event } from '../src/events/event.ts'
import { CLIENT, Datacenter, SERVERS, type Server } from './datacenter.ts'
import { trialOf, type Experiment, type Tell } from './fault.ts'
import { failuresIn } from './small-cluster.ts'

/** Who is hit, given the leader and the server that was changed first. */
type Victims = (leader: Server, done: Server) => readonly Server[]

interface Scenario {
  readonly what: string
  readonly victims: Victims
  readonly how: 'kill' | 'unplug'
  /** While the apply waits, or only when it has given up. */
  readonly mend: 'meanwhile' | 'afterwards'
}

const follower: Victims = (leader, done) =>
  SERVERS.filter((name) => name !== leader && name !== done).slice(0, 1)
const leading: Victims = (leader) => [leader]
const allButDone: Victims = (_, done) => SERVERS.filter((name) => name !== done)

const SCENARIOS: readonly Scenario[] = [
  {
    what: 'a follower killed, and booted while the apply waits',
    victims: follower,
    how: 'kill',
    mend: 'meanwhile',
  },
  {
    what: 'the leader killed, and booted while the apply waits',
    victims: leading,
    how: 'kill',
    mend: 'meanwhile',
  },
  {
    what: 'a follower cut off, and back while the apply waits',
    victims: follower,
    how: 'unplug',
    mend: 'meanwhile',
  },
  {
    what: 'the leader cut off, and back when the apply has ended',
    victims: leading,
    how: 'unplug',
    mend: 'afterwards',
  },
  {
    what: 'two cut off, and back when the apply has ended',
    victims: allButDone,
    how: 'unplug',
    mend: 'afterwards',
  },
]

/** How long an apply is left to notice before what was broken is mended. */
const NOTICE_SECONDS = 15

/** A server was restarted, and the apply waits until it is back: nobody else's turn has begun. */
function isAwaited(event: Event): event is Extract<Event, { type: 'phase-started' }> {
  return event.type === 'phase-started' && event.phase === 'gate' && SERVERS.includes(event.node as Server)
}

/**
 * A step that begins so long after a server went was asked for after it; before that the guard may have got its yes
 * when all was well.
 */
const ASKED_BEFORE_SECONDS = 10

/** Servers whose turn came although one was missing. */
function begunMeanwhile(events: readonly Event[], from: number, until: number): Server[] {
  return SERVERS.filter((name) =>
    events.some((event) => {
      const at = Date.parse(event.at)
      const isStep = event.type === 'phase-started' && event.phase === 'converge' && event.node === name
      return isStep && event.detail === undefined && at > from + ASKED_BEFORE_SECONDS * 1000 && at < until
    }),
  )
}

/** Takes the victims away, and brings them back; from when until when they were missing, in milliseconds since 1970. */
async function hit(
  datacenter: Datacenter,
  { how, mend }: Scenario,
  victims: readonly Server[],
  ended: Promise<unknown>,
): Promise<{ readonly from: number; readonly until: number }> {
  const from = Date.now()
  for (const victim of victims) await datacenter[how](victim)
  await (mend === 'meanwhile' ? delay(NOTICE_SECONDS * 1000) : ended)
  const until = Date.now()
  for (const victim of victims) await (how === 'kill' ? datacenter.boot(victim) : datacenter.plug(victim))
  return { from, until }
}

/** What an apply that was stopped said of the servers. */
function reasons(events: readonly Event[]): string[] {
  return events.flatMap((event) =>
    event.type === 'node-finished' && event.message !== undefined ? [`${event.node}: ${event.message}`] : [],
  )
}

async function tryScenario(
  datacenter: Datacenter,
  scenario: Scenario,
  history: string,
  tell: Tell,
): Promise<void> {
  await datacenter.change()
  const opened = await datacenter.scratch.open()
  const prefix = `faults/${Date.now()}/`
  const stopWriting = await startWriter(
    datacenter.scratch,
    CLIENT,
    await tokenOf(opened, 'faults'),
    prefix,
    history,
  )
  const apply = datacenter.apply()
  const first = await apply.said(isAwaited)
  const done = (isAwaited(first) ? first.node : '') as Server
  const leader = await datacenter.leader()
  const victims = scenario.victims(leader, done)
  const missing = await hit(datacenter, scenario, victims, apply.ended)
  const events = await apply.ended
  const said = reasons(events)
  const { what } = scenario
  const begun = begunMeanwhile(events, missing.from, missing.until).filter((name) => !victims.includes(name))
  const seen = { leader, done, victims, missing, said, events }
  tell(
    trialOf(
      'no further server is changed while one is missing',
      what,
      begun.map((name) => `${name} was changed`),
      seen,
    ),
  )
  const wordless =
    failuresIn(events).length > 0 &&
    !said.some((line) => SERVERS.some((name) => line.includes(name)) && line.length > 20)
  tell(
    trialOf(
      'whoever is not touched is told why',
      `${what}: ${said.join('; ') || 'it went on by itself'}`,
      wordless ? said : [],
    ),
  )
  await datacenter.leader()
  const again = failuresIn(await datacenter.apply().ended)
  const outcome = (await datacenter.apply().ended).at(-1)
  const unfinished =
    outcome?.type === 'run-finished' && outcome.outcome === 'unchanged'
      ? []
      : ['a further apply has something to do']
  tell(trialOf('it goes on by itself or with the next apply', what, [...again, ...unfinished]))
  const { writes, lost } = await stopWriting()
  const acknowledged = writes.filter(({ seconds }) => seconds !== undefined).length
  tell(
    trialOf(
      'no acknowledged write is lost',
      `${what}: ${acknowledged} of ${writes.length} acknowledged`,
      lost,
    ),
  )
}

/** Every scenario as often as asked for, at least once. The history of all writes lies beside the record. */
export const experiment: Experiment = ({ runs, release }, tell, say) =>
  release ? withRelease((words) => fire(runs, words, tell, say)) : fire(runs, [], tell, say)

async function fire(
  runs: number,
  settings: readonly string[],
  tell: Tell,
  say: (text: string) => void,
): Promise<void> {
  const folder = join(REPOSITORY, '.cache/faults')
  await mkdir(folder, { recursive: true })
  const history = join(folder, `consul-history-${new Date().toISOString().replaceAll(':', '')}.jsonl`)
  const datacenter = await Datacenter.up(say, settings)
  for (let round = 0; round < Math.max(1, runs); round++) {
    for (const scenario of SCENARIOS) {
      say(scenario.what)
      await tryScenario(datacenter, scenario, history, tell)
    }
  }
  say(`the history of the writes: ${history}`)
}
