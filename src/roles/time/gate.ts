/** The gate of a clock: chrony says that it is right, and by whom. */
import type { Gate, NodeLink } from '../../engines/contract.ts'
import { reasonOf } from '../../support/reason.ts'
import { ORPHAN_STRATUM } from './chrony-conf.ts'

/** The first answers come within seconds; nodes that agree among themselves need some rounds. */
const PATIENCE_SECONDS = 120

/** What `chronyc tracking` says. */
export interface Tracking {
  readonly isRight: boolean
  readonly detail: string
}

/** Reads the output of `chronyc -n tracking` (chronyc(1)). */
export function trackingOf(output: string): Tracking {
  const said = new Map(
    output.split('\n').map((line): [string, string] => {
      const [key = '', ...rest] = line.split(' : ')
      return [key.trim(), rest.join(' : ').trim()]
    }),
  )
  const leap = said.get('Leap status')
  const stratum = Number(said.get('Stratum'))
  if (leap === undefined || Number.isNaN(stratum))
    return { isRight: false, detail: 'chrony does not say how it stands' }
  if (leap === 'Not synchronised') return { isRight: false, detail: 'it has no source of time yet' }
  const from = /\((.+)\)/.exec(said.get('Reference ID') ?? '')?.[1] ?? 'itself'
  if (stratum < ORPHAN_STRATUM) return { isRight: true, detail: `follows ${from}, stratum ${stratum}` }
  return { isRight: true, detail: 'no source outside is reached: the nodes agree among themselves' }
}

/** Asks chronyc(1) on the node. */
export function clockGate(node: string): Gate {
  return {
    name: 'time: clock is right',
    node,
    engine: 'time',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const { isRight, detail } = await askTracking(link, node)
      return { passed: isRight, detail }
    },
  }
}

async function askTracking(link: NodeLink, node: string): Promise<Tracking> {
  try {
    const { code, stdout, stderr } = await link.run(node, ['chronyc', '-n', 'tracking'])
    if (code !== 0)
      return {
        isRight: false,
        detail: `chrony does not answer: ${stderr.trim() || stdout.toString().trim()}`,
      }
    return trackingOf(stdout.toString())
  } catch (error) {
    return { isRight: false, detail: reasonOf(error) }
  }
}
