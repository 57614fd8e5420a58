/** The shapes of what Nomad answers about jobs, as far as we read them (1.11.3; keys that we do not name are ignored). */
import { z } from 'zod'
import { list } from '../../autopilot/replies.ts'

const counts = z
  .record(z.string(), z.int())
  .nullish()
  .transform((given) => given ?? {})

/** Go writes an empty map as null. */
function mapOf<Item extends z.ZodType>(item: Item) {
  return z
    .record(z.string(), item)
    .nullish()
    .transform((given): Readonly<Record<string, z.output<Item>>> => given ?? {})
}

/** Why a group finds no place (`structs.AllocMetric`). */
const metric = z.object({
  NodesEvaluated: z.int().default(0),
  NodesAvailable: counts,
  /** How many nodes each constraint has kept out. */
  ConstraintFiltered: counts,
  /** How many nodes have too little left of what. */
  DimensionExhausted: counts,
})
export type PlacementMetric = z.output<typeof metric>

const type = z.enum(['None', 'Added', 'Deleted', 'Edited'])
const field = z.object({
  Type: type,
  Name: z.string(),
  Old: z.string().default(''),
  New: z.string().default(''),
})
export type FieldDiff = z.output<typeof field>

/** A block of a job that differs, with those inside of it. */
export interface ObjectDiff {
  readonly Type: z.output<typeof type>
  readonly Name: string
  readonly Fields: readonly FieldDiff[]
  readonly Objects: readonly ObjectDiff[]
}
const object: z.ZodType<ObjectDiff> = z.lazy(() =>
  z.object({ Type: type, Name: z.string(), Fields: list(field), Objects: list(object) }),
)
const inside = { Fields: list(field), Objects: list(object) }
const taskDiff = z.object({ Type: type, Name: z.string(), ...inside })
const groupDiff = z.object({ Type: type, Name: z.string(), ...inside, Tasks: list(taskDiff) })
const jobDiff = z.object({ Type: type, ...inside, TaskGroups: list(groupDiff) })
export type JobDiff = z.output<typeof jobDiff>

/** What becomes of the allocations of a group (`structs.DesiredUpdates`). */
const updates = z.object({
  Place: z.int().default(0),
  Migrate: z.int().default(0),
  Stop: z.int().default(0),
  InPlaceUpdate: z.int().default(0),
  DestructiveUpdate: z.int().default(0),
  Canary: z.int().default(0),
})
export type GroupUpdates = z.output<typeof updates>

/** `POST /v1/job/:id/plan`. */
export const planReply = z.object({
  /** 0 where there is no such job. */
  JobModifyIndex: z.int(),
  Diff: jobDiff,
  Annotations: z.object({ DesiredTGUpdates: mapOf(updates) }).nullish(),
  FailedTGAllocs: mapOf(metric),
  Warnings: z.string().default(''),
})
export type PlanReply = z.output<typeof planReply>

/** `POST /v1/jobs`, `DELETE /v1/job/:id`; without an evaluation where nothing is to be placed. */
export const registeredReply = z.object({
  EvalID: z.string().default(''),
  JobModifyIndex: z.int().default(0),
})

/** `GET /v1/jobs`. */
export const jobsReply = list(z.object({ ID: z.string(), ParentID: z.string().default('') }))

/** `GET /v1/job/:id/evaluations`. */
export const evaluationsReply = list(
  z.object({
    ID: z.string(),
    Status: z.string(),
    StatusDescription: z.string().default(''),
    ModifyIndex: z.int(),
    FailedTGAllocs: mapOf(metric),
  }),
)
export type EvaluationReply = z.output<typeof evaluationsReply>[number]

/** `GET /v1/job/:id/deployments`. */
export const deploymentsReply = list(
  z.object({
    ID: z.string(),
    Status: z.string(),
    StatusDescription: z.string().default(''),
    /** The version of the job that it brings. */
    JobSpecModifyIndex: z.int(),
    JobVersion: z.int().default(0),
    TaskGroups: mapOf(
      z.object({
        DesiredTotal: z.int().default(0),
        DesiredCanaries: z.int().default(0),
        HealthyAllocs: z.int().default(0),
        Promoted: z.boolean().default(false),
        AutoPromote: z.boolean().default(false),
      }),
    ),
  }),
)
export type DeploymentReply = z.output<typeof deploymentsReply>[number]

/** `GET /v1/job/:id/allocations`. */
export const allocationsReply = list(
  z.object({
    ID: z.string(),
    Name: z.string(),
    NodeName: z.string().default(''),
    JobVersion: z.int(),
    DesiredStatus: z.string(),
    ClientStatus: z.string(),
    ModifyIndex: z.int(),
    /** Of the one that took its place. */
    NextAllocation: z.string().default(''),
    TaskStates: mapOf(
      z.object({
        Events: list(
          z.object({ Type: z.string(), DisplayMessage: z.string().default(''), Time: z.number().default(0) }),
        ),
      }),
    ),
  }),
)
export type AllocationReply = z.output<typeof allocationsReply>[number]
