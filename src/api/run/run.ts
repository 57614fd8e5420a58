/** `plan` and `apply`: prepares a run, rolls it out, keeps its journal, and tells of it as a stream of events. */
import type { PushRun } from '../../delivery/push/push.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import { secretsCodes } from '../../diagnostics/catalogue/secrets.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { eventForTwin } from '../../diagnostics/for-twin.ts'
import { isWell, type Event, type EventBody, type RunOutcome } from '../../events/event.ts'
import { openJournal, type Journal } from '../../journal/journal.ts'
import { redacted } from '../../journal/redacted.ts'
import { withFacts, withRunning, type ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { rollOut } from '../../rollout/rollout.ts'
import type { Delivery, NodeFailure } from '../../rollout/work.ts'
import { eventQueue } from '../../support/event-queue.ts'
import { readVersion } from '../../support/version.ts'
import { writeLock } from '../folder/cluster-folder.ts'
import type { ClockReading } from './clocks.ts'
import { connect } from '../connect.ts'
import { oldCertificates, showingNodes } from '../status/old-certificates.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { controllerName, stamped } from '../events.ts'
import { readFacts } from './first-contact.ts'
import { issues, issuingByClocks } from './issuing.ts'
import { forgetLeft, leavingSecrets, noted } from '../secrets/kept-secrets.ts'
import { keptOffers } from './kept-offers.ts'
import { withoutLeftNodes } from '../left-nodes.ts'
import { withOrder, withOrderAlone } from './kept-order.ts'
import { lateFindings } from './late-findings.ts'
import { noteLiveRun } from './live-runs.ts'
import type { OpenedCluster } from '../open.ts'
import { PlanKeeper, type PlanOptions } from '../planned/plan-keeper.ts'
import { objectionsTo, Obstacles } from './objections.ts'
import { prepareRun, type FirstContact, type Objections, type Prepared } from './prepare.ts'
import { unseenNodes } from './unseen-nodes.ts'
import { pushDelivery } from './push-delivery.ts'
import { Redaction } from './redaction.ts'
import { orderedNodes } from '../../programs/node-order.ts'
import { enginesUsed, wantedVersions } from '../../programs/programs.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import { refuseWithoutRole, updatingOf } from './updating.ts'
import { withTimeLimit } from './time-limit.ts'
import { workingFolder } from '../folder/working-folder.ts'

/** What a run may be told. */
export interface RunOptions extends Scope, PlanOptions {
  /** The word that somebody typed for an apply of another sort; the journal keeps it. */
  readonly command?: 'destroy' | 'reset' | 'update'
  /** Take nodes over that another run holds. */
  readonly takeOver?: boolean
  /** How many nodes are under way at once; 50 when left out. */
  readonly concurrency?: number
  /** After so many seconds nothing new is begun, as if somebody had stopped the run. */
  readonly timeoutSeconds?: number
  /** How long a member of a consensus group is waited for, in seconds; what its engine says when left out. */
  readonly patienceSeconds?: number
  /** How long another run that holds nodes or groups is waited for, in seconds; left out: not at all for a node, ten minutes for a group. */
  readonly waitLockSeconds?: number
  /** Stops the run between two steps; what a node has begun it finishes. */
  readonly signal?: AbortSignal
  readonly sudoPassword?: () => Promise<string>
  /** Updates: begin with nodes also while the window of the cluster file is closed. */
  readonly anyTime?: boolean
  /** Asked once, when something differs and before anything is touched; with all events so far. */
  readonly confirm?: (planned: readonly Event[]) => Promise<boolean>
}

const CONCURRENCY = 50

/** What an apply would do, as events; changes nothing on any node. Throws `DiagnosticsError` when it cannot be known. */
export function plan(cluster: OpenedCluster, options: RunOptions = {}): AsyncIterable<Event> {
  return start(cluster, options, 'plan')
}

/** Makes it so, as events. Node failures are events; what keeps the whole run from starting is thrown. */
export function apply(cluster: OpenedCluster, options: RunOptions = {}): AsyncIterable<Event> {
  return start(cluster, options, 'apply')
}

function start(cluster: OpenedCluster, options: RunOptions, mode: 'plan' | 'apply'): AsyncIterable<Event> {
  const queue = eventQueue<Event>()
  carryOut(cluster, withTimeLimit(options), mode, (event) => queue.push(event)).then(
    () => queue.close(),
    (error: unknown) => queue.close(error),
  )
  return queue
}

async function carryOut(
  cluster: OpenedCluster,
  options: RunOptions,
  mode: 'plan' | 'apply',
  tell: (event: Event) => void,
): Promise<void> {
  const folder = workingFolder(cluster.paths, mode === 'apply' ? 'change' : 'look')
  const transport = connect(cluster, { ...options, workingFolder: folder })
  const by = controllerName()
  const redaction = new Redaction()
  const journal = openJournal(cluster.folder, redaction.secret, {
    command: mode === 'plan' ? mode : (options.command ?? mode),
    arguments: typedArguments(options, cluster.source.set),
    by,
    version: readVersion(),
  })
  const live = noteLiveRun(folder, journal.run)
  let letGo = true
  try {
    const push = pushRun(options, { run: journal.run, by, transport, deadRuns: live.deadRuns })
    const facts: FirstContact = (nodes) => readFacts(push, nodes)
    const objections: Objections = (found) => objectionsTo(found, cluster, transport)
    // While they let us in, the run is prepared. Who was never seen may not be part of it.
    if (unseenNodes(cluster.resolved.cluster.nodes, cluster.paths.knownHostsFile).length === 0)
      transport.begin(nodesInScope(cluster.resolved, options).slice(0, options.concurrency ?? CONCURRENCY))
    const prepared = await prepareRun(cluster, options, mode, facts, objections)
    redaction.begin(prepared)
    if (cluster.source.updating) refuseWithoutRole(prepared)
    const run = new Run({ cluster, options, mode, prepared, journal, tell, redaction })
    letGo = mode === 'plan'
    // A node that was not brought to its end may still be held, or have a program at work that the next run is to follow.
    const outcome = await run.rollOut(push, by)
    if (isWell(outcome) || outcome === 'declined' || run.refusals.length > 0) letGo = true
    if (run.refusals.length > 0) throw new DiagnosticsError(run.refusals)
  } finally {
    await transport.close()
    live.end(letGo)
    journal.close()
  }
}

function pushRun(
  { takeOver = false, signal, waitLockSeconds = 0 }: RunOptions,
  parts: Omit<PushRun, 'takeOver' | 'signal' | 'waitLockSeconds'>,
): PushRun {
  return { ...parts, takeOver, waitLockSeconds, ...(signal && { signal }) }
}

/** The filters and settings of a run, as they are typed. */
function typedArguments({ nodes = [], roles = [] }: Scope, settings: readonly string[]): string[] {
  return [
    ...settings.map((text) => `--set=${text}`),
    ...nodes.map((name) => `--node=${name}`),
    ...roles.map((name) => `--role=${name}`),
  ]
}

/** What a run is made from. */
interface RunParts {
  readonly cluster: OpenedCluster
  readonly options: RunOptions
  readonly mode: 'plan' | 'apply'
  readonly prepared: Prepared
  readonly journal: Journal
  readonly tell: (event: Event) => void
  readonly redaction: Redaction
}

/** One prepared run under way. */
class Run {
  readonly #cluster: OpenedCluster
  readonly #options: RunOptions
  readonly #mode: 'plan' | 'apply'
  readonly #prepared: Prepared
  readonly #journal: Journal
  readonly #tell: (event: Event) => void
  readonly #redaction: Redaction
  readonly #told: Event[] = []
  readonly #seen: PlanKeeper
  #lock: ClusterLock
  #refusals: readonly Diagnostic[] = []
  readonly #obstacles = new Obstacles()
  #isDeclined = false
  readonly #clocks: ClockReading[] = []
  /** What was found out beside the looks: nobody waits for it before all nodes were looked at. */
  readonly #oldCertificates: Promise<readonly Diagnostic[]>[] = []
  #withheld: ReadonlyMap<string, NodeFailure> = new Map()

  constructor({ cluster, options, mode, prepared, journal, tell, redaction }: RunParts) {
    this.#cluster = cluster
    this.#options = options
    this.#mode = mode
    this.#prepared = prepared
    this.#journal = journal
    this.#tell = tell
    this.#redaction = redaction
    this.#lock = prepared.lock
    this.#seen = new PlanKeeper(cluster, options, prepared, redaction.told)
  }

  /** Why nothing may be changed; known after the rollout. */
  get refusals(): readonly Diagnostic[] {
    return this.#refusals
  }

  async rollOut(push: PushRun, by: string): Promise<RunOutcome> {
    const { nodes, engines, resolved, notices } = this.#prepared
    const inScope = new Set(nodes)
    const offers = keptOffers(this.#prepared, {
      learn: () => this.#redaction.learn(this.#prepared),
      save: () => this.#save(),
    })
    const { stores, probes } = enginesUsed(engines, inScope, nodes.flatMap(offers.neededBy))
    const emit = (body: EventBody): void => this.#emit(body)
    const { name, lab } = this.#cluster
    emit({ type: 'run-started', command: this.#mode, cluster: name, nodes, lab, by })
    for (const { code, summary, why } of [...notices, ...this.#leaving(inScope)])
      emit({ type: 'warning', code, text: `${summary}: ${why}` })
    const outcome = await rollOut({
      mode: this.#mode,
      nodes: orderedNodes(resolved, inScope),
      groups: engines.groups,
      drains: engines.drains,
      gates: engines.gates,
      stores,
      probes,
      offers,
      updating: updatingOf(this.#cluster, this.#prepared, this.#options.anyTime ?? false),
      concurrency: this.#options.concurrency ?? CONCURRENCY,
      patienceSeconds: this.#options.patienceSeconds,
      lockPatienceSeconds: this.#options.waitLockSeconds,
      delivery: this.#delivery(push, [...stores, ...probes]),
      emit,
      signal: this.#options.signal,
      allowed: (isQuiet) => this.#isAllowed(push, isQuiet),
      withheld: () => new Map([...this.#withheld, ...this.#obstacles.late]),
      confirm: () => this.#confirm(),
    })
    if (this.#mode === 'apply') await this.#keep(outcome, inScope)
    else if (isWell(outcome)) this.#options.keep?.(await this.#seen.planned(this.#told))
    return outcome
  }

  /** Looks at the nodes, and keeps what was seen. */
  #delivery(push: PushRun, asked: readonly { readonly members: readonly string[] }[]): Delivery {
    return pushDelivery({
      push,
      mode: this.#mode,
      program: this.#prepared.program,
      linked: new Set([
        ...asked.flatMap(({ members }) => members.slice(0, 1)),
        ...showingNodes(this.#prepared),
      ]),
      emit: (body) => this.#emit(body),
      runtime: (node) => this.#lock.nodes[node]?.['runtime'],
      noteFacts: (node, facts) => {
        this.#lock = withFacts(this.#lock, node, facts)
      },
      noteLook: (seen) => {
        if (this.#obstacles.isJudged) return
        this.#oldCertificates.push(oldCertificates(this.#prepared, seen, push.transport))
      },
      noteClock: (reading) => this.#clocks.push(reading),
      noteObstacle: (node, obstacle) => this.#obstacles.note(node, obstacle),
    })
  }

  /** What is forgotten at the end, when every node of the cluster is part of the run. */
  #leaving(inScope: ReadonlySet<string>): Diagnostic[] {
    if (this.#prepared.resolved.cluster.nodes.some(({ name }) => !inScope.has(name))) return []
    const names = leavingSecrets(this.#lock, this.#prepared)
    return names.length === 0 ? [] : [secretsCodes.SECRETS_LEAVE({ names })]
  }

  /** Looks at what runs, while the nodes are looked at. */
  async #isAllowed({ transport }: PushRun, isQuiet: boolean): Promise<boolean> {
    this.#obstacles.isJudged = true
    const late = lateFindings(this.#cluster.source, this.#prepared.resolved, this.#lock)
    const others = await (isQuiet ? this.#old() : this.#objections(transport))
    this.#refusals = [...late, ...others, ...(await this.#seen.strayed(this.#told))]
    for (const { code, summary, why } of this.#refusals) {
      // Whoever waits for this run gets the whole diagnostic; the journal keeps it as an event.
      this.#journal.sink(stamped({ type: 'warning', code, text: `${summary}: ${why}` }, this.#journal.run))
    }
    return this.#refusals.length === 0
  }

  /** Where nothing is to be changed, nothing would make anybody read a certificate that is in its place. */
  async #old(): Promise<readonly Diagnostic[]> {
    return (await Promise.all(this.#oldCertificates)).flat()
  }

  /** What only matters when something is to be changed. */
  async #objections(transport: Transport): Promise<readonly Diagnostic[]> {
    for (const { code, summary, fix } of await this.#old())
      this.#emit({ type: 'warning', code, text: `${summary}: ${fix}` })
    const { withheld, refusals } = await issuingByClocks(this.#prepared, this.#clocks)
    this.#withheld = withheld
    const objections = await objectionsTo(this.#prepared, this.#cluster, transport)
    return [...this.#obstacles.found, ...refusals, ...objections]
  }

  /** What was decided, or, when nothing was to be changed, what was seen. */
  async #keep(outcome: RunOutcome, inScope: ReadonlySet<string>): Promise<void> {
    // Nothing is issued whose times nobody could compare.
    const isBlind = this.#clocks.length === 0 && issues(this.#prepared)
    if (this.#isDeclined || this.#refusals.length > 0 || isBlind || this.#takesAway()) {
      const { paths, source } = this.#cluster
      await writeLock(paths.lockFile, { ...source.lock, nodes: this.#lock.nodes })
      return
    }
    if (isWell(outcome)) {
      const complete = wantedVersions(this.#prepared.resolved).filter(({ nodes }) =>
        nodes.every((node) => inScope.has(node)),
      )
      this.#lock = withRunning(
        this.#lock,
        Object.fromEntries(
          complete.flatMap(({ engine, wanted }) => (wanted === undefined ? [] : [[engine, wanted]])),
        ),
      )
      const { cluster, settled } = this.#prepared.resolved
      if (cluster.nodes.every((node) => inScope.has(node.name))) {
        const names = cluster.nodes.map(({ name }) => name)
        this.#lock = withoutLeftNodes({ ...this.#lock, settled }, names)
        // Every node and every engine has what is wanted, so nobody has any more what is not.
        this.#lock = withOrderAlone(forgetLeft(this.#lock, this.#prepared), this.#prepared)
      }
    }
    await this.#save()
  }

  /** What was decided is on the disk before the first node gets any of it. */
  async #confirm(): Promise<boolean> {
    const agreed = (await this.#options.confirm?.(this.#told)) ?? true
    this.#isDeclined = !agreed
    if (agreed) await this.#save()
    return agreed
  }

  /** Secrets, choices and versions are kept for a cluster that comes back. */
  #takesAway(): boolean {
    return this.#cluster.source.bare.size > 0
  }

  async #save(): Promise<void> {
    if (this.#takesAway()) return
    await this.#prepared.secrets.save()
    this.#lock = withOrder(noted(this.#lock, this.#prepared), this.#prepared)
    await writeLock(this.#cluster.paths.lockFile, this.#lock)
  }

  #emit(body: EventBody): void {
    // Redaction is by value, wherever the value came from.
    const told = this.#cluster.lab ? eventForTwin(body) : body
    const event = redacted(stamped(told, this.#journal.run), this.#redaction.told)
    this.#told.push(event)
    this.#journal.sink(event)
    this.#tell(event)
  }
}
