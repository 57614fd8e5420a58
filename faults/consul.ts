/** Servers are killed and cut off while an apply restarts them one after the other: who stops, who says why, what is lost? */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { REPOSITORY } from '../bench/built.ts'
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

/** The server whose turn is over: its gate was passed. */
function turnOver(event: Event): event is Extract<Event, { type: 'gate-passed' }> {
  return event.type === 'gate-passed' && event.gate === 'consul' && SERVERS.includes(event.node as Server)
}

async function invocations(datacenter: Datacenter): Promise<ReadonlyMap<Server, string>> {
  const found = new Map<Server, string>()
  for (const server of SERVERS) found.set(server, await datacenter.invocation(server))
  return found
}

async function hit(
  datacenter: Datacenter,
  { how, mend }: Scenario,
  victims: readonly Server[],
  ended: Promise<unknown>,
) {
  for (const victim of victims) await datacenter[how](victim)
  const before = await invocations(datacenter)
  await (mend === 'meanwhile' ? delay(NOTICE_SECONDS * 1000) : ended)
  const after = await invocations(datacenter)
  for (const victim of victims) await (how === 'kill' ? datacenter.boot(victim) : datacenter.plug(victim))
  return SERVERS.filter((name) => !victims.includes(name) && before.get(name) !== after.get(name))
}

/** What an apply that was stopped said of the servers. */
function reasons(events: readonly Event[]): string[] {
  return events.flatMap((event) =>
    event.type === 'node-finished' && event.outcome === 'failed'
      ? [`${event.node}: ${event.message ?? ''}`]
      : [],
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
  const first = await apply.said(turnOver)
  const done = (turnOver(first) ? first.node : '') as Server
  const leader = await datacenter.leader()
  const victims = scenario.victims(leader, done)
  const restarted = await hit(datacenter, scenario, victims, apply.ended)
  const events = await apply.ended
  const said = reasons(events)
  const { what } = scenario
  const seen = { leader, done, victims, said }
  tell(
    trialOf(
      'no further server is restarted while one is missing',
      what,
      restarted.map((name) => `${name} was restarted`),
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
export const experiment: Experiment = async ({ runs }, tell, say) => {
  const folder = join(REPOSITORY, '.cache/faults')
  await mkdir(folder, { recursive: true })
  const history = join(folder, `consul-history-${new Date().toISOString().replaceAll(':', '')}.jsonl`)
  const datacenter = await Datacenter.up(say)
  for (let round = 0; round < Math.max(1, runs); round++) {
    for (const scenario of SCENARIOS) {
      say(scenario.what)
      await tryScenario(datacenter, scenario, history, tell)
    }
  }
  say(`the history of the writes: ${history}`)
}
