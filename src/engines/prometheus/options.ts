/** What every role that watches takes in the cluster file. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'

/** A time as Prometheus writes it, without parts. */
export const WATCH_TIME: TextForm = {
  pattern: /^[1-9]\d*[smhdw]$/,
  problem: 'is no time',
  fix: 'write a number with s, m, h, d or w, such as 30s or 15d',
}
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Seconds of such a time. */
export function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * (SECONDS[duration.slice(-1)] ?? 1)
}

const WEBHOOK: TextForm = {
  mayBeSecret: true,
  pattern: /^https?:\/\/\S+$/,
  problem: 'is no address of a webhook',
  fix: 'write an address such as https://ntfy.sh/my-cluster',
}

/** The options. */
export const watcherOptions = z.strictObject({
  keep: text(WATCH_TIME).default('15d').describe('How long samples are kept.'),
  interval: text(WATCH_TIME).default('30s').describe('How often metrics are fetched, and rules looked at.'),
  consul: z
    .boolean()
    .default(true)
    .describe(
      'Watch the services of Consul that have the tag prometheus, where the node has an agent; meta says metrics_path, metrics_port and metrics_scheme where they are others.',
    ),
  webhook: text(WEBHOOK)
    .optional()
    .describe(
      'Where alerts are posted as JSON (Alertmanager, webhook_config); no Alertmanager is installed when left out. One with a secret in it: { from: { secret: NAME } }.',
    ),
})

export type WatcherOptions = z.output<typeof watcherOptions>
