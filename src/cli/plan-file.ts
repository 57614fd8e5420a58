/** Plans in files, for `plan --out FILE` and `apply FILE`. */
import { resolve } from 'node:path'
import { readPlan, writePlan } from '../api/planned/plan-file.ts'
import type { PlanOptions } from '../api/planned/plan-keeper.ts'
import type { PlannedRun } from '../api/planned/planned-run.ts'
import { planCodes } from '../diagnostics/catalogue/plans.ts'
import { commandLine } from '../shell/quote.ts'
import type { ChoosingChoices } from './choosing-options.ts'
import { CommandRefusal, type Context } from './context.ts'

/** A plan that an apply is held to. */
export type HeldPlan = NonNullable<PlanOptions['held']>

/** Writes the plan, and says so; refuses when it did not come about. */
export async function keepPlan(
  context: Context,
  file: string,
  planned: PlannedRun | undefined,
): Promise<void> {
  const { surroundings, terminal, common, typed } = context
  if (planned === undefined) throw new CommandRefusal(planCodes.PLAN_NOT_KEPT({ file, plan: typed }))
  await writePlan(resolve(surroundings.folder, file), planned)
  if (!common.json)
    terminal.out(`Kept in ${file}; to do exactly this: ${commandLine(['bramble', 'apply', file])}\n`)
}

/** The context and choices of an apply that carries out a plan: cluster and nodes are those of the plan. */
export async function plannedApply(context: Context, file: string, typed: ChoosingChoices) {
  const { surroundings, common } = context
  const planned = await readPlan(resolve(surroundings.folder, file), file)
  const { lab, set, scope } = planned
  const plan = planCommand(planned, file)
  const refusal: HeldPlan['refusal'] = (changed) => planCodes.PLAN_OUTDATED({ file, changed, plan })
  const others = [
    ...otherwise('--lab', common.lab, lab),
    ...otherwise('--set', common.set, set),
    ...otherwise('--node', typed.node, scope.nodes),
    ...otherwise('--role', typed.role, scope.roles),
  ]
  if (others.length > 0) throw new CommandRefusal(refusal(others))
  return {
    context: context.with({ lab, set }),
    choices: {
      yes: true as const,
      held: { to: planned, refusal },
      ...(scope.nodes && { node: scope.nodes }),
      ...(scope.roles && { role: scope.roles }),
    },
  }
}

/** What was typed and is not what the plan was made with; what is not typed is taken from the plan. */
function otherwise(option: string, typed: unknown, planned: unknown): string[] {
  return typed === undefined || JSON.stringify(typed) === JSON.stringify(planned)
    ? []
    : [`the option ${option}`]
}

/** The command that makes the plan anew. */
function planCommand({ lab, set, scope }: PlannedRun, file: string): string {
  return commandLine([
    'bramble',
    ...(lab ? ['--lab'] : []),
    'plan',
    ...set.flatMap((text) => ['--set', text]),
    ...(scope.nodes ?? []).flatMap((words) => ['-n', words]),
    ...(scope.roles ?? []).flatMap((words) => ['-r', words]),
    '--out',
    file,
  ])
}
