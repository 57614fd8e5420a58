/** Asks Prometheus on its own node: what counts is what it has stored, not that its process runs. */
import { z } from 'zod'
import type { EngineProbe, Gate, NodeLink } from '../../engines/contract.ts'
import { reasonOf } from '../../support/reason.ts'
import { PROMETHEUS } from './config.ts'

const PATIENCE_SECONDS = 120
const MOST_SHOWN = 20

const answerSchema = z.array(
  z.object({
    metric: z.record(z.string(), z.string()),
    value: z.tuple([z.number(), z.string()]),
  }),
)

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Samples of an expression (promtool(1), query instant). Rejects when nobody answers. */
async function samplesOf(link: NodeLink, node: string, expression: string): Promise<readonly Sample[]> {
  const words = ['promtool', 'query', 'instant', '--format=json', `http://${PROMETHEUS}`, expression]
  const { code, stdout, stderr } = await link.run(node, words)
  if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? `promtool ends with ${code}`)
  return answerSchema
    .parse(JSON.parse(stdout.toString()))
    .map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

/** It has stored something lately, and nothing of the future (prometheus/prometheus#10028). */
export function storedGate(node: string, intervalSeconds: number): Gate {
  return {
    name: 'prometheus: stores samples',
    node,
    engine: 'prometheus',
    patienceSeconds: PATIENCE_SECONDS + intervalSeconds,
    ask: async (link) => {
      try {
        const [newest] = await samplesOf(link, node, 'time() - timestamp(up{job="prometheus"})')
        const age = newest?.value
        const passed = age !== undefined && age >= -1 && age <= 2 * intervalSeconds
        return {
          passed,
          detail:
            age === undefined ? 'it has no sample yet' : `its newest sample is ${Math.round(age)} s old`,
        }
      } catch (error) {
        return { passed: false, detail: `it does not answer: ${reasonOf(error)}` }
      }
    },
  }
}

/** What it says is wrong now. `services` are those that are to be among the targets of a node: Prometheus tells nobody that Consul does not answer it. */
export function prometheusProbe(
  nodes: readonly string[],
  intervalSeconds: number,
  services: (node: string) => readonly string[],
): EngineProbe {
  return {
    name: 'prometheus',
    members: nodes,
    ask: async (link, node) => {
      const [targets, alerts] = await Promise.all([
        // A target that is gone without a word, as in a restart, has its last sample for five minutes (Prometheus, "Staleness").
        samplesOf(link, node, `up unless time() - timestamp(up) > ${3 * intervalSeconds}`),
        samplesOf(link, node, 'ALERTS{alertstate="firing",severity!="none"}'),
      ])
      const silent = targets.filter(({ value }) => value === 0)
      const found = new Set(targets.map(({ labels }) => labels['service']))
      const unseen = services(node).filter((name) => !found.has(name))
      const problems = [
        ...unseen.map((name) => `Prometheus on ${node} does not see the service ${name} in Consul`),
        ...silent.map(
          ({ labels }) => `${labels['node']}: ${labels['service'] ?? labels['job']} gives no metrics`,
        ),
        ...alerts
          .filter(({ labels }) => labels['alertname'] !== 'TargetDown')
          .map(({ labels }) => alertText(labels)),
        ...(targets.length === 0 ? [`Prometheus on ${node} has fetched nothing lately`] : []),
      ]
      return {
        name: 'prometheus',
        healthy: problems.length === 0,
        detail: `${targets.length - silent.length} of ${targets.length} targets give metrics`,
        problems: [...new Set(problems)].sort().slice(0, MOST_SHOWN),
        unknown: [],
        members: [],
        failingChecks: [],
      }
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
