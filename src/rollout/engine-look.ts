/** Asks the engines how they stand, over connections that are open anyway: the same question that `bramble status` asks. */
import type { EngineLook } from './engine-run.ts'
import type { EngineProbe, EngineStatus } from '../engines/contract.ts'
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import { poll } from '../support/poll.ts'
import { reasonOf } from '../support/reason.ts'
import type { EngineRun } from './engine-run.ts'
import type { UnderWay } from './under-way.ts'

/** How long the last look waits for what was well before the run, in seconds. */
const LAST_LOOK_SECONDS = 60
/** How long a run with nothing to do looks again at what may pass by itself, in seconds. */
const SETTLE_SECONDS = 15

/** What is not well by an engine's word, of these nodes. */
function problemsOf(
  status: EngineStatus,
  nodes: ReadonlySet<string>,
): Pick<EngineLook, 'problems' | 'unsettled' | 'strangers'> {
  const unsettled = ownProblems(status)
  const { strangers } = status
  return {
    problems: [...unsettled, ...failingChecks(status, nodes)],
    unsettled,
    ...(strangers && { strangers }),
  }
}

function ownProblems(status: EngineStatus): string[] {
  const { problems, unknown } = status
  const isMute = !status.healthy && problems.length + unknown.length === 0
  return [...problems, ...unknown.map((what) => `not known: ${what}`), ...(isMute ? [status.detail] : [])]
}

function failingChecks(status: EngineStatus, nodes: ReadonlySet<string>): string[] {
  const failing = status.failingChecks.filter(({ node }) => nodes.has(node))
  return failing.map(({ node, service, check, state, output }) => {
    const said = output.split('\n')[0]?.slice(0, 200) ?? ''
    const how = state === 'maintenance' ? 'in maintenance' : 'not passing'
    return `${service === '' ? check : service} on ${node} is ${how}: ${said === '' ? 'not checked yet' : said}`
  })
}

/** Asks through the first member that answers. Never rejects. */
export async function lookAt(run: UnderWay, probe: EngineProbe | undefined): Promise<EngineLook> {
  if (probe === undefined) return { problems: [] }
  const nodes = new Set(run.nodes.map(({ name }) => name))
  let failure = 'none of its members can be reached'
  for (const [index, member] of probe.members.entries()) {
    if (run.unreached.has(member) || (index > 0 && !(await run.mayAnswer(member)))) continue
    try {
      return problemsOf(await probe.ask(run.delivery.link, member), nodes)
    } catch (error) {
      failure = `${member}: ${reasonOf(error)}`
    }
  }
  return { problems: [], failure }
}

/** A run with nothing to do waits for nothing, and takes no server that is late for a moment for one that is not well. */
export async function settle(run: UnderWay, engine: EngineRun): Promise<void> {
  if ((engine.look.unsettled ?? []).length === 0) return
  await poll(
    async () => {
      engine.look = await lookAt(run, engine.probe)
      const [problem] = engine.look.unsettled ?? []
      return { passed: problem === undefined, detail: problem ?? '' }
    },
    { patienceSeconds: SETTLE_SECONDS, pauseSeconds: 1, signal: run.signal },
  )
}

/** The last look, after changes. What this run may have brought about is waited for; what was so before is only told. */
export async function lookAgain(run: UnderWay, engine: EngineRun, mayWait: boolean): Promise<void> {
  if (engine.probe === undefined || run.isStopped()) return
  const before = new Set(engine.look.problems)
  const answer = await poll(
    async () => {
      engine.look = await lookAt(run, engine.probe)
      const { problems, unsettled = [], failure } = engine.look
      const fresh = failure ?? unsettled[0] ?? problems.find((problem) => !before.has(problem))
      return { passed: fresh === undefined, detail: fresh ?? '' }
    },
    {
      patienceSeconds: mayWait && engine.failure === undefined ? LAST_LOOK_SECONDS : 0,
      signal: run.signal,
      waits: (detail) =>
        run.emit({
          type: 'phase-started',
          node: 'cluster',
          phase: 'gate',
          detail: `${engine.name}: ${detail}`,
        }),
    },
  )
  if (!answer.passed && engine.look.failure !== undefined) {
    engine.failure ??= rolloutCodes.ENGINE_UNREACHABLE({ engine: engine.name, reason: engine.look.failure })
  }
}
