/** The plug of a node is pulled in the middle of an apply: is everything as if nothing had happened after one more? */
import { setTimeout as delay } from 'node:timers/promises'
import { seeded, trialOf, type Experiment } from './fault.ts'
import { failuresIn, type SmallCluster, type Wish } from './small-cluster.ts'
import { anew, armAt, prepared, WISHES, wrongAfter, type Undisturbed } from './disturbed.ts'

const PROMISE = 'after the restart one apply leaves what an undisturbed run leaves'

/** One cut at a boundary. */
async function cutAtBoundary(cluster: SmallCluster, at: number): Promise<string> {
  await armAt(cluster, at)
  const apply = cluster.start()
  const stopped = await cluster.sees('/run/cut/now', apply.ended)
  const where = stopped ? (await cluster.run('cat /run/cut/now')).trim() : 'it did not stop'
  await cluster.kill()
  await apply.kill()
  await cluster.boot()
  return where
}

/** One cut after so many seconds. The controller stays, and finds out. */
async function cutAfter(cluster: SmallCluster, seconds: number): Promise<string> {
  const apply = cluster.start()
  await delay(seconds * 1000)
  await cluster.kill()
  await cluster.boot()
  const told = failuresIn(await apply.ended)
  return told.join('; ') || 'it was done by then'
}

/** Wishes for everything and for nothing in turns, and pulls the plug at every boundary between two steps. */
export const boundaries: Experiment = async ({ emulated }, tell, say) => {
  let stage = await prepared({ emulated, counted: true }, tell, say)
  const most = Math.max(...[...stage.all.values()].map((undisturbed) => undisturbed.boundaries))
  for (let at = 1; at <= most; at++) {
    for (const wish of WISHES) {
      const { cluster } = stage
      const undisturbed = stage.all.get(wish) as Undisturbed
      await cluster.wish(wish)
      if (at > undisturbed.boundaries) {
        await cluster.apply()
        continue
      }
      const where = await cutAtBoundary(cluster, at)
      const what = `${wish}, cut at boundary ${at} of ${undisturbed.boundaries} (${where})`
      const wrong = await wrongAfter(cluster, undisturbed.state)
      tell(trialOf(`cut at a boundary: ${PROMISE}`, what, wrong))
      if (wrong.length > 0) stage = await anew(stage, wish, tell, say)
    }
  }
}

/**
 * The same at moments that follow from the seed, spread over the time that an undisturbed run takes. With several in a row,
 * the apply that finds the node cut is cut too, as by a supply that fails again and again.
 */
export const moments: Experiment = async ({ runs, seed, emulated, inARow }, tell, say) => {
  let stage = await prepared({ emulated, counted: false }, tell, say)
  const random = seeded(seed)
  for (let number = 1; number <= runs; number++) {
    const { cluster } = stage
    const wish = WISHES[(number + 1) % 2] as Wish
    const undisturbed = stage.all.get(wish) as Undisturbed
    await cluster.wish(wish)
    const cuts: string[] = []
    while (cuts.length < inARow) {
      const moment = random() * undisturbed.seconds
      cuts.push(`cut after ${moment.toFixed(3)} s (${await cutAfter(cluster, moment)})`)
    }
    const what = `${wish}, round ${number} of ${runs}: ${cuts.join(', ')}`
    const wrong = await wrongAfter(cluster, undisturbed.state)
    tell(trialOf(`cut at random: ${PROMISE}`, what, wrong))
    if (wrong.length > 0) stage = await anew(stage, wish, tell, say)
  }
}
