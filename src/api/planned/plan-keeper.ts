/** Makes of a run what a plan file keeps, and compares a run with what one has kept. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Event } from '../../events/event.ts'
import { redacted } from '../../journal/redacted.ts'
import type { Redactor } from '../../secrets/redaction.ts'
import { readVersion } from '../../support/version.ts'
import { controllerName } from '../events.ts'
import type { OpenedCluster } from '../open.ts'
import type { Prepared } from '../run/prepare.ts'
import type { Scope } from '../../programs/scope.ts'
import { changedSince } from './changed-since.ts'
import { inputsOf } from './inputs.ts'
import { shownBy, type PlannedRun } from './planned-run.ts'

/** What a run may be told of plans that are kept. */
export interface PlanOptions {
  /** Given a plan that showed everything, to be kept. */
  readonly keep?: (planned: PlannedRun) => void
  /** The plan that an apply is held to, and how to refuse one that would do something else. */
  readonly held?: { readonly to: PlannedRun; readonly refusal: (changed: readonly string[]) => Diagnostic }
}

/** One run, seen as a plan. */
export class PlanKeeper {
  readonly #cluster: OpenedCluster
  readonly #options: Scope & PlanOptions
  readonly #prepared: Prepared
  readonly #redact: Redactor

  constructor(cluster: OpenedCluster, options: Scope & PlanOptions, prepared: Prepared, redact: Redactor) {
    this.#cluster = cluster
    this.#options = options
    this.#prepared = prepared
    this.#redact = redact
  }

  /** The document for a plan that has told these events; no secret is in it. */
  async planned(told: readonly Event[]): Promise<PlannedRun> {
    const { nodes, roles } = this.#options
    const document: PlannedRun = {
      plan: 1,
      bramble: readVersion(),
      cluster: this.#cluster.name,
      made: { at: new Date().toISOString(), by: controllerName() },
      lab: this.#cluster.lab,
      set: [...this.#cluster.source.set],
      scope: { ...(nodes && { nodes: [...nodes] }), ...(roles && { roles: [...roles] }) },
      nodes: [...this.#prepared.nodes],
      inputs: await inputsOf(this.#cluster, this.#prepared),
      differences: shownBy(told).differences,
    }
    return redacted(document, this.#redact)
  }

  /** Why the run may not go on: it would not do what the plan says that it is held to. */
  async strayed(told: readonly Event[]): Promise<readonly Diagnostic[]> {
    const { held } = this.#options
    if (held === undefined) return []
    const inputs = await inputsOf(this.#cluster, this.#prepared)
    const changed = changedSince(held.to, { inputs, nodes: this.#prepared.nodes, events: told })
    return changed.length === 0 ? [] : [held.refusal(changed)]
  }
}
