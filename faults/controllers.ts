/** Two controllers, one that died, and clocks that are years apart. */
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Event } from '../src/events/event.ts'
import { armAt, disarm, prepared, pullPlug, wrongAfter, type Undisturbed } from './disturbed.ts'
import { trialOf, type Experiment, type Tell } from './fault.ts'
import { failuresIn, type SmallCluster } from './small-cluster.ts'

/** Of Debian's libfaketime, which gives a program another clock. */
const LIBRARIES = ['x86_64', 'aarch64'].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
)
const YEAR_SECONDS = 31_536_000
const CLOCKS = {
  present: 0,
  'ten years ahead': 10 * YEAR_SECONDS,
  'ten years behind': -10 * YEAR_SECONDS,
} as const
type Clock = keyof typeof CLOCKS

/** The environment of a controller whose clock is another. */
function withClock(clock: Clock): NodeJS.ProcessEnv {
  if (CLOCKS[clock] === 0) return {}
  const library = LIBRARIES.find((path) => existsSync(path))
  if (library === undefined)
    throw new Error('libfaketime is not installed\n  type: sudo apt-get install faketime')
  const seconds = CLOCKS[clock]
  // Waiting is to take as long as it does.
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

function codeOf(events: readonly Event[]): string {
  const finished = events.find((event) => event.type === 'node-finished')
  return finished?.type === 'node-finished' ? (finished.code ?? finished.outcome) : 'nothing'
}

const messageOf = (events: readonly Event[]): string => failuresIn(events).join('; ')

/** Starts an apply that stands still on the node, in the middle of its work. */
async function standingStill(cluster: SmallCluster, clock: Clock) {
  await armAt(cluster, 5)
  const apply = cluster.start(withClock(clock))
  if (!(await cluster.sees('/run/cut/now', apply.ended)))
    throw new Error('the first apply did not stand still')
  await disarm(cluster)
  return apply
}

/** What another computer does not know: which runs there were. */
async function asAnotherComputer<T>(cluster: SmallCluster, work: () => Promise<T>): Promise<T> {
  const runs = join(cluster.scratch.folder, '.bramble/lab/runs')
  await rename(runs, `${runs}.away`)
  try {
    return await work()
  } finally {
    await rm(runs, { recursive: true, force: true })
    await rename(`${runs}.away`, runs)
  }
}

async function twoAtOnce(
  cluster: SmallCluster,
  { state }: Undisturbed,
  clock: Clock,
  tell: Tell,
): Promise<void> {
  await cluster.wish('everything')
  const first = await standingStill(cluster, 'present')
  const second = await cluster.start(withClock(clock)).ended
  const told = messageOf(second)
  const isBusy = codeOf(second) === 'NODE_BUSY' && /works on ada since \d{1,3} s/.test(told)
  tell(
    trialOf(
      'of two controllers one works, and the other is told who and since when',
      `the other clock: ${clock} (${told})`,
      isBusy ? [] : [codeOf(second)],
    ),
  )
  await cluster.run('read -r h since ends p s by </run/bramble/lease; kill -KILL -"$p"')
  await first.ended
  tell(
    trialOf(
      'a program whose holder died is finished by the next apply',
      `the clock then: ${clock}`,
      await finishes(cluster, state, clock),
    ),
  )
}

async function finishes(cluster: SmallCluster, state: Undisturbed['state'], clock: Clock): Promise<string[]> {
  // To a clock that jumped forward by days the run that died is no longer one of its own; the lease says so.
  const words = clock === 'ten years ahead' ? ['--take-over'] : []
  const wrong = failuresIn(await cluster.start(withClock(clock), ...words).ended)
  return [...wrong, ...(await wrongAfter(cluster, state))]
}

async function holderDied(
  cluster: SmallCluster,
  { state }: Undisturbed,
  clock: Clock,
  tell: Tell,
): Promise<void> {
  await cluster.wish('nothing')
  const first = await standingStill(cluster, 'present')
  await first.kill()
  await asAnotherComputer(cluster, async () => {
    const other = await cluster.start(withClock(clock)).ended
    tell(
      trialOf(
        'a lease is not over before its time, whatever the clocks say',
        `${clock} (${messageOf(other)})`,
        codeOf(other) === 'NODE_BUSY' ? [] : [codeOf(other)],
      ),
    )
    const taken = await cluster.start(withClock(clock), '--take-over').ended
    tell(trialOf('--take-over ends what the other has left', clock, failuresIn(taken)))
  })
  tell(trialOf('what was taken over is whole', clock, await wrongAfter(cluster, state)))
}

/** What a controller says of clocks when its own is years away from the node's. */
async function warned(cluster: SmallCluster, clock: Clock, tell: Tell): Promise<void> {
  const events = await cluster.start(withClock(clock)).ended
  const codes = events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))
  const isWarned = codes.includes('CLOCK_WRONG') === (CLOCKS[clock] !== 0)
  tell(
    trialOf('a clock that is years away is warned of, and the run goes on', clock, [
      ...failuresIn(events),
      ...(isWarned ? [] : [codes.join(' ')]),
    ]),
  )
}

/** Every situation with a second controller whose clock is right, ten years ahead, ten years behind. */
export const controllers: Experiment = async (_options, tell, say) => {
  const { cluster, all } = await prepared({ emulated: false, counted: true }, tell, say)
  for (const clock of Object.keys(CLOCKS) as Clock[]) {
    say(`a clock: ${clock}`)
    await twoAtOnce(cluster, all.get('everything') as Undisturbed, clock, tell)
    await warned(cluster, clock, tell)
    await holderDied(cluster, all.get('nothing') as Undisturbed, clock, tell)
    await pullPlug(cluster)
  }
}
