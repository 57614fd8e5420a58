/** What was last heard of work that does not run. */
import type { AllocationReply } from './replies.ts'

/** Events that say why, and not only that (`TaskEvent`, `nomad/structs`). */
const TELLING = [
  'Terminated',
  'Driver Failure',
  'Setup Failure',
  'Failed Validation',
  'Failed Artifact Download',
  'Template',
  'Alloc Unhealthy',
  'Plugin became unhealthy',
]
const MOST_CHARACTERS = 300

/** `; web on dog: Exit Code: 1`, of the newest allocation of this version that has anything to tell; nothing where none has. */
export function lastWords(allocations: readonly AllocationReply[], version: number | undefined): string {
  const own = allocations
    .filter(({ JobVersion }) => version === undefined || JobVersion === version)
    .toSorted((a, b) => rank(b) - rank(a) || b.ModifyIndex - a.ModifyIndex)
  for (const { NodeName, TaskStates } of own) {
    const events = Object.entries(TaskStates).flatMap(([task, { Events }]) =>
      Events.filter(({ Type }) => TELLING.includes(Type)).map((event) => ({ task, ...event })),
    )
    const last = events.toSorted((a, b) => a.Time - b.Time).findLast(isCause) ?? events.at(-1)
    if (last !== undefined)
      return `; ${last.task} on ${NodeName}: ${last.DisplayMessage.slice(0, MOST_CHARACTERS) || last.Type}`
  }
  return ''
}

/** What is said when others have given it up tells less than what made them. */
function isCause({
  Type,
  DisplayMessage,
}: {
  readonly Type: string
  readonly DisplayMessage: string
}): boolean {
  return Type !== 'Alloc Unhealthy' && !/^Exit Code: 0\b/.test(DisplayMessage)
}

/** Work that failed comes before work that is only not there yet, and that before work that runs. */
function rank({ ClientStatus }: AllocationReply): number {
  return ClientStatus === 'failed' ? 2 : ClientStatus === 'running' ? 0 : 1
}
