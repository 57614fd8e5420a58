/** Asks whoever watches on its own node: what counts is what it has stored, not that its process runs. */
import { plainStatus } from '../ask-nodes.ts'
import { z } from 'zod'
import { reasonOf } from '../../support/reason.ts'
import type { EngineProbe, Gate, NodeLink } from '../contract.ts'
import { pageText } from '../page-text.ts'

const PATIENCE_SECONDS = 120
const MOST_SHOWN = 20

/** Who is asked. */
export interface AskedWatcher {
  /** Its role, which is also the name of the job that fetches its own metrics. */
  readonly role: string
  /** What it is called in sentences. */
  readonly title: string
  /** Port of its HTTP API (Prometheus, "HTTP API"), on the loopback of its node. */
  readonly port: number
  readonly intervalSeconds: number
}

const answerSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
})

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Samples of an expression (instant query). Rejects when nobody answers. */
async function samplesOf(
  link: NodeLink,
  { port }: AskedWatcher,
  node: string,
  expression: string,
): Promise<readonly Sample[]> {
  const path = `/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`
  const { data } = answerSchema.parse(JSON.parse(await pageText(link, { node, port, path })))
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

const headSchema = z.object({ data: z.object({ headStats: z.object({ maxTime: z.number() }).optional() }) })

/**
 * Why nothing new comes in, when that is because the clock of the node went back further than late samples are taken: the newest that is stored is of
 * the future then (prometheus/prometheus#10028). Empty of VictoriaMetrics, which takes late samples and does not tell the newest.
 */
async function futureText(link: NodeLink, watcher: AskedWatcher, node: string): Promise<string> {
  const page = await pageText(link, { node, port: watcher.port, path: '/api/v1/status/tsdb' })
  const newest = headSchema.parse(JSON.parse(page)).data.headStats?.maxTime ?? 0
  const [now] = await samplesOf(link, watcher, node, 'vector(time())')
  if (now === undefined || newest <= (now.value + watcher.intervalSeconds) * 1000) return ''
  return `: its clock went back, and it has samples of ${new Date(newest).toISOString()}`
}

/** Seconds since the rules were last looked at: one of the alerts is always there. */
const BEAT_AGE = 'time() - max(timestamp(ALERTS{alertname="Watchdog",alertstate="firing"}))'

function beats(beat: Sample | undefined, intervalSeconds: number): boolean {
  return beat !== undefined && beat.value <= 3 * intervalSeconds
}

/** It has stored something lately, and its rules are looked at. */
export function storedGate(watcher: AskedWatcher, node: string): Gate {
  const { role, intervalSeconds } = watcher
  return {
    name: `${role}: stores samples`,
    node,
    engine: role,
    patienceSeconds: PATIENCE_SECONDS + intervalSeconds,
    ask: async (link) => {
      try {
        const [newest, [beat]] = await Promise.all([
          samplesOf(link, watcher, node, `time() - timestamp(up{job="${role}"})`),
          samplesOf(link, watcher, node, BEAT_AGE),
        ])
        const age = newest[0]?.value
        if (age === undefined)
          return { passed: false, detail: `it has no sample yet${await futureText(link, watcher, node)}` }
        if (!beats(beat, intervalSeconds)) return { passed: false, detail: 'nobody looks at its rules' }
        return {
          passed: age <= 2 * intervalSeconds,
          detail: `its newest sample is ${Math.round(age)} s old`,
        }
      } catch (error) {
        return { passed: false, detail: `it does not answer: ${reasonOf(error)}` }
      }
    },
  }
}

/** What it has stored that tells how things are. */
interface Seen {
  readonly targets: readonly Sample[]
  readonly alerts: readonly Sample[]
  readonly beat: Sample | undefined
  /** Why there is nothing new, as far as that is known. */
  readonly future: string
}

async function seenOn(link: NodeLink, watcher: AskedWatcher, node: string): Promise<Seen> {
  const [targets, alerts, [beat]] = await Promise.all([
    // A target that is gone without a word, as in a restart, has its last sample for five minutes (Prometheus, "Staleness").
    samplesOf(link, watcher, node, `up unless time() - timestamp(up) > ${3 * watcher.intervalSeconds}`),
    samplesOf(link, watcher, node, 'ALERTS{alertstate="firing",severity!="none"}'),
    samplesOf(link, watcher, node, BEAT_AGE),
  ])
  const future = targets.length === 0 ? await futureText(link, watcher, node) : ''
  return { targets, alerts, beat, future }
}

const silentOf = ({ targets }: Seen): readonly Sample[] => targets.filter(({ value }) => value === 0)

function problemsOf(
  { title, intervalSeconds }: AskedWatcher,
  node: string,
  seen: Seen,
  services: readonly string[],
): readonly string[] {
  const found = new Set(seen.targets.map(({ labels }) => labels['service']))
  const unseen = services.filter((name) => !found.has(name))
  const problems = [
    ...unseen.map((name) => `${title} on ${node} does not see the service ${name} in Consul`),
    ...silentOf(seen).map(
      ({ labels }) => `${labels['node']}: ${labels['service'] ?? labels['job']} gives no metrics`,
    ),
    ...seen.alerts
      .filter(({ labels }) => labels['alertname'] !== 'TargetDown')
      .map(({ labels }) => alertText(labels)),
    ...(beats(seen.beat, intervalSeconds) ? [] : [`${title} on ${node} has not looked at its rules lately`]),
    ...(seen.targets.length === 0 ? [`${title} on ${node} has fetched nothing lately${seen.future}`] : []),
  ]
  return [...new Set(problems)].sort().slice(0, MOST_SHOWN)
}

/** What it says is wrong now. `services` are those that are to be among the targets of a node: nobody who watches tells that Consul does not answer. */
export function watcherProbe(
  watcher: AskedWatcher,
  nodes: readonly string[],
  services: (node: string) => readonly string[],
): EngineProbe {
  const name = watcher.role
  return {
    name,
    members: nodes,
    ask: async (link, node) => {
      const seen = await seenOn(link, watcher, node)
      const { length: all } = seen.targets
      return plainStatus({
        name,
        detail: `${all - silentOf(seen).length} of ${all} targets give metrics`,
        problems: problemsOf(watcher, node, seen, services(node)),
        unknown: [],
      })
    },
  }
}

function alertText({
  alertname,
  node = 'the cluster',
  mountpoint,
}: Readonly<Record<string, string>>): string {
  return `${node}: the alert ${alertname}${mountpoint === undefined ? '' : ` for ${mountpoint}`}`
}
