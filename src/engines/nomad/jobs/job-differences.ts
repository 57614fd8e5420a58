/** What Nomad's plan says of a job, in the words of ours. */
import type { Difference } from '../../../events/event.ts'
import type { JobReply } from './job.ts'
import { isParent, typeOf } from './job.ts'
import { whyNoPlace } from './placement.ts'
import type { FieldDiff, GroupUpdates, JobDiff, ObjectDiff, PlanReply } from './replies.ts'

/** What is longer is told to be so. */
const LONGEST = 2000

/** A new job: what it consists of, and not each of its settings. */
export function shownJob(job: JobReply): Difference[] {
  return [
    { field: 'type', wanted: typeOf(job) },
    ...job.TaskGroups.map((group) => ({
      field: `group ${group.Name ?? ''}`,
      wanted: `${group.Count ?? 1} × ${group.Tasks.map(({ Name, Driver }) => `${Name ?? ''} (${Driver ?? ''})`).join(', ')}`,
    })),
  ]
}

/** The fields that differ, one line each. What is the same comes along in Nomad's answer and is left out. */
export function changedFields({ Fields, Objects, TaskGroups }: JobDiff): Difference[] {
  return [
    ...within([], { Fields, Objects }),
    ...TaskGroups.flatMap((group) => {
      const at = [`group ${group.Name}`]
      if (group.Type !== 'Edited') return whole(at, group.Type)
      return [
        ...within(at, group),
        ...group.Tasks.flatMap((task) => {
          const place = [...at, `task ${task.Name}`]
          return task.Type === 'Edited' ? within(place, task) : whole(place, task.Type)
        }),
      ]
    }),
  ]
}

/** What comes or goes as a whole. */
function whole(at: readonly string[], type: JobDiff['Type']): Difference[] {
  const field = at.join(' / ')
  if (type === 'Added') return [{ field, wanted: 'new' }]
  return type === 'Deleted' ? [{ field, is: 'there' }] : []
}

function within(
  at: readonly string[],
  { Fields, Objects }: Pick<ObjectDiff, 'Fields' | 'Objects'>,
): Difference[] {
  return [
    ...Fields.flatMap((field) => fieldDifference(at, field)),
    ...Objects.flatMap((object) => {
      const place = [...at, object.Name]
      const inside = object.Type === 'None' ? [] : within(place, object)
      // A block may be empty and still be new; of one that is edited without a difference nothing is to be told.
      return inside.length > 0 ? inside : whole(place, object.Type)
    }),
  ]
}

function fieldDifference(at: readonly string[], { Type, Name, Old, New }: FieldDiff): Difference[] {
  if (Type === 'None' || Old === New) return []
  const field = [...at, Name].join(' / ')
  if (Old.length > LONGEST || New.length > LONGEST) {
    return [{ field, hidden: 'too long', wantedBytes: Buffer.byteLength(New) }]
  }
  return [{ field, ...(Type !== 'Added' && { is: Old }), ...(Type !== 'Deleted' && { wanted: New }) }]
}

/**
 * What the servers would do, group by group, what they warn of and what finds no place. Of a schedule Nomad tells the work of a run, which nothing
 * begins now.
 */
export function foreseen(job: JobReply, { Annotations, FailedTGAllocs, Warnings }: PlanReply): Difference[] {
  const groups = Object.entries((!isParent(job) && Annotations?.DesiredTGUpdates) || {}).toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  )
  const failed = Object.entries(FailedTGAllocs).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...groups.flatMap(([name, group]) => {
      const words = becomes(group)
      return words === '' ? [] : [{ field: `work of group ${name}`, wanted: words }]
    }),
    ...failed.map(([name, metric]) => ({
      field: `place of group ${name}`,
      wanted: `none: ${whyNoPlace(metric)}`,
    })),
    ...(Warnings === '' ? [] : [{ field: 'warning of Nomad', wanted: Warnings.trim() }]),
  ]
}

function becomes(group: GroupUpdates): string {
  const words = [
    [group.Place, 'begun'],
    [group.Canary, 'tried beside what runs'],
    [group.DestructiveUpdate, 'ended and begun anew'],
    [group.InPlaceUpdate, 'changed while it runs'],
    [group.Migrate, 'moved'],
    [group.Stop, 'ended'],
  ] as const
  return words.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])).join(', ')
}

/** The same without what it says. */
export function withoutValues(differences: readonly Difference[]): Difference[] {
  return differences.map(({ field }) => ({ field, hidden: 'secret' as const }))
}
