/** Which engine's store is converged first. */
import type { EngineRun } from './engine-run.ts'

type Named = Pick<EngineRun, 'name' | 'store'>

/** The engines, each behind those that its store stands on, else in the order given. Of two that stand on each other the later one comes first. */
export function inStoreOrder<Engine extends Named>(engines: readonly Engine[]): readonly Engine[] {
  const placed = new Set<Engine>()
  const asked = new Set<Engine>()
  const place = (engine: Engine): void => {
    if (asked.has(engine)) return
    asked.add(engine)
    const first = engine.store?.after ?? []
    for (const one of engines.filter(({ name }) => first.includes(name))) place(one)
    placed.add(engine)
  }
  for (const engine of engines) place(engine)
  return [...placed]
}
