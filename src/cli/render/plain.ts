/** For logs and pipes: one line for every event that matters, nothing ever drawn over. */
import type { Event } from '../../events/event.ts'
import { plainLines, type PlainOptions } from './plain-line.ts'
import type { Renderer } from './renderer.ts'

/** A renderer that writes lines; with `times` each begins with the time of its event, in UTC. */
export function plainRenderer(
  write: (text: string) => void,
  options: PlainOptions & { readonly times?: boolean },
): Renderer {
  let command: 'plan' | 'apply' = 'apply'
  const before = (event: Event): string => (options.times ? `${event.at.slice(11, 19)} ` : '')
  return {
    event: (event) => {
      if (event.type === 'run-started') command = event.command
      const lines = plainLines(event, { ...options, command })
      if (lines.length > 0) write(lines.map((line) => `${before(event)}${line}\n`).join(''))
    },
    note: (text) => write(text),
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  }
}

/** A renderer that writes a line for what went wrong, and for nothing else. */
export function quietRenderer(write: (text: string) => void): Renderer {
  const plain = plainRenderer(write, { differences: false })
  return {
    ...plain,
    event: (event) => {
      if (isProblem(event)) plain.event(event)
    },
  }
}

function isProblem(event: Event): boolean {
  switch (event.type) {
    case 'warning':
    case 'resource-failed':
    case 'resource-skipped':
    case 'resource-unseen':
      return true
    case 'node-finished':
      return event.outcome !== 'unchanged' && event.outcome !== 'changed'
    case 'engine-finished':
      return event.problems.length > 0 || (event.outcome !== 'unchanged' && event.outcome !== 'changed')
    default:
      return false
  }
}
