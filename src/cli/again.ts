/** Commands that are proposed: with the options by which this one found its cluster, so that they act on the same one. */
import type { Event } from '../events/event.ts'
import { quote } from '../shell/quote.ts'
import type { SharedOptions } from './shared-options.ts'

/** Commands that act on a cluster, as texts name them; `--lab` may be in them already. */
const ACTING =
  /\bbramble (?:--lab )?(?=(?:apply|plan|status|facts|ssh|run|logs|top|secrets|upgrade|log|node|reset|destroy|env|connect|ports)\b)/g

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

/** How a run says that it is to be run again. */
const APPLY_AGAIN = /(?<=\brun )bramble (?:--lab )?apply(?: --node \S+)?/g

/**
 * The event with commands that can be typed as they are. `typed` is the command that a run is repeated by, where that is not `apply`: one that
 * takes things away must not end in advice to set them up.
 */
export function eventWithClusterWords(event: Event, common: SharedOptions, typed?: string): Event {
  const put = (text: string): string =>
    withClusterWords(typed === undefined ? text : text.replaceAll(APPLY_AGAIN, () => typed), common)
  if (event.type === 'warning') return { ...event, text: put(event.text) }
  if (event.type !== 'node-finished' && event.type !== 'engine-finished') return event
  return event.fix === undefined ? event : { ...event, fix: put(event.fix) }
}
