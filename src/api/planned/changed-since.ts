/** What is no longer as it was when a plan was made. */
import type { Event } from '../../events/event.ts'
import { PROGRAM_OF } from './inputs.ts'
import { shownBy, type PlannedDifference, type PlannedRun } from './planned-run.ts'

/** What is compared with a plan: the inputs of the apply, the nodes that it is about, and what its look has shown. */
export interface Now {
  readonly inputs: PlannedRun['inputs']
  readonly nodes: readonly string[]
  readonly events: readonly Event[]
}

/** Each change as words of a sentence; none when an apply does what the plan said. */
export function changedSince(planned: PlannedRun, now: Now): string[] {
  const inputs = changedInputs(planned.inputs, now.inputs)
  // A program is others when what it is made from is.
  const causes = inputs.filter((name) => !name.startsWith(PROGRAM_OF))
  const nodes = planned.nodes.join(' ') === now.nodes.join(' ') ? [] : ['which nodes it is about']
  return [...(causes.length > 0 ? causes : inputs), ...nodes, ...changedShown(planned, now)]
}

function changedInputs(before: PlannedRun['inputs'], after: PlannedRun['inputs']): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const isProgram = (name: string): boolean => name.startsWith(PROGRAM_OF)
  // Secrets that were made meanwhile are told of by their own names.
  const hasPrograms = (inputs: PlannedRun['inputs']): boolean => Object.keys(inputs).some(isProgram)
  const comparesPrograms = hasPrograms(before) && hasPrograms(after)
  return names.filter((name) => before[name] !== after[name] && (comparesPrograms || !isProgram(name)))
}

function changedShown(planned: PlannedRun, { nodes, events }: Now): string[] {
  const { differences, seen } = shownBy(events)
  const before = texts(planned.differences)
  const after = texts(differences)
  const unseen = nodes.filter((node) => !seen.has(node))
  const addresses = [...new Set([...before.keys(), ...after.keys()])].filter((address) => {
    const node = address.split('/', 1)[0] ?? ''
    // What was not looked at is told once, by the name of the node.
    return before.get(address) !== after.get(address) && !unseen.includes(node)
  })
  return [...unseen.map((node) => `${node}, which could not be looked at`), ...addresses]
}

function texts(differences: readonly PlannedDifference[]): Map<string, string> {
  return new Map(differences.map((one) => [one.address, JSON.stringify(one)]))
}
