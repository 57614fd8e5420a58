/** Commands that are proposed: with the options by which this one found its cluster, so that they act on the same one. */
import type { Event } from '../events/event.ts'
import { quote } from '../shell/quote.ts'
import type { SharedOptions } from './shared-options.ts'

/** Commands that act on a cluster, as texts name them; `--lab` may be in them already. */
const ACTING = /\bbramble (?:--lab )?(?=(?:apply|plan|status|facts|ssh|run|logs|top|secrets|upgrade|log)\b)/g

/** The options of a command line that say which cluster is meant, as they are typed. */
export function clusterWords({ folder, file, lab, identity, set = [] }: SharedOptions): string[] {
  return [
    ...(folder === undefined ? [] : ['-C', quote(folder)]),
    ...(file === undefined ? [] : ['-f', quote(file)]),
    ...(lab === true ? ['--lab'] : []),
    ...(identity === undefined ? [] : ['--identity', quote(identity)]),
    ...set.flatMap((text) => ['--set', quote(text)]),
  ]
}

/** The text with these options in every command that would otherwise act on another cluster. */
export function withClusterWords(text: string, common: SharedOptions): string {
  const words = clusterWords(common)
  return words.length === 0 ? text : text.replaceAll(ACTING, () => `${['bramble', ...words].join(' ')} `)
}

/** The event with commands that can be typed as they are. */
export function eventWithClusterWords(event: Event, common: SharedOptions): Event {
  if (event.type === 'warning') return { ...event, text: withClusterWords(event.text, common) }
  if (event.type !== 'node-finished' && event.type !== 'engine-finished') return event
  return event.fix === undefined ? event : { ...event, fix: withClusterWords(event.fix, common) }
}
