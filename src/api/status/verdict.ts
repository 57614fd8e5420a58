/**
 * The one verdict: all is well, or why not. Whatever says how a cluster stands (status, its exit status, an apply that found nothing to
 * do) asks here. What could not be looked at is a reason like any other.
 */
import { HOT, type BoardHealth } from '../../hardware/board-health.ts'
import type { EngineStatus } from '../../engines/contract.ts'
import type { OpenApply } from '../../journal/last-apply.ts'
import type { EngineSupport } from './engine-versions.ts'

/** What sort of thing is not well. */
export type ReasonKind =
  | 'unreachable'
  | 'unknown'
  | 'refused'
  | 'drift'
  | 'certificate'
  | 'clock'
  | 'disk'
  | 'throttled'
  | 'card'
  | 'engine'
  | 'maintenance'
  | 'check'
  | 'apply'
  | 'version'

/** One reason why not all is well. */
export interface Reason {
  readonly kind: ReasonKind
  /** Name of the node, the engine or the run. */
  readonly about: string
  /** What is not well, in a few words without the name. */
  readonly text: string
}

/** What is asked of a node. */
export interface NodeFindings {
  readonly name: string
  readonly reached: boolean
  readonly detail?: string
  /** Resources that are not as wanted; undefined when that is not known. */
  readonly drift?: number
  /** Addresses of resources that could not be compared, each with the reason. */
  readonly unseen?: readonly string[]
  /** Names of values that only a running engine makes and that are not there yet: what stands on them was left. */
  readonly waitsFor?: readonly string[]
  readonly certificateDaysLeft?: number
  /** What is installed and what is shown over a new connection, with what is wrong about them. */
  readonly certificates?: readonly { readonly problems: readonly string[] }[]
  readonly clockOffsetSeconds?: number
  readonly diskFreeBytes?: number
  /** What its board tells of itself. */
  readonly board?: BoardHealth
  /** It is a board that can tell whether heat or voltage holds it back: then silence is not taken for well. */
  readonly boardTells?: boolean
}

/** Certificates are renewed at two thirds of their life; one this close to its end was forgotten. */
const FEW_DAYS = 14
/** From here on certificates and logs are not to be trusted. */
const WRONG_CLOCK_SECONDS = 60
/** So much of its life: one to replace. */
const WORN = 0.9
const LITTLE_DISK_BYTES = 500 * 1024 * 1024
/** Why not all is well; empty when it is. In the order of what was asked. */
export function reasonsOf(asked: {
  readonly nodes: readonly NodeFindings[]
  readonly engines: readonly EngineStatus[]
  readonly openApply?: OpenApply | undefined
  /** How the versions that run stand with their makers. */
  readonly support?: readonly EngineSupport[]
}): readonly Reason[] {
  return [
    ...asked.nodes.flatMap(nodeReasons),
    ...asked.engines.flatMap(engineReasons),
    ...(asked.support ?? [])
      .filter(({ safe }) => !safe)
      .map(({ engine, detail }): Reason => ({ kind: 'version', about: engine, text: detail })),
    ...(asked.openApply ? [applyReason(asked.openApply)] : []),
  ]
}

function nodeReasons(node: NodeFindings): Reason[] {
  const { name: about, reached, detail, drift, unseen = [], waitsFor = [] } = node
  const { clockOffsetSeconds: offset, diskFreeBytes: free } = node
  const reason = (kind: ReasonKind, text: string): Reason => ({ kind, about, text })
  if (!reached) return [reason('unreachable', detail ?? 'it does not answer')]
  const counted = drift === 1 ? '1 resource is' : `${drift} resources are`
  return [
    ...(drift === undefined ? [reason('unknown', 'what is on it was not compared')] : []),
    ...(drift !== undefined && drift > 0
      ? [reason('drift', `${counted} not as wanted: bramble plan --node ${about}`)]
      : []),
    ...unseen.map((text) => reason('unknown', text)),
    ...(waitsFor.length > 0 ? [reason('drift', `it waits for ${waitsFor.join(', ')}: bramble apply`)] : []),
    ...certificateTexts(node).map((text) => reason('certificate', text)),
    ...(Math.abs(offset ?? 0) > WRONG_CLOCK_SECONDS
      ? [reason('clock', `its clock is ${Math.round(Math.abs(offset ?? 0))} s off`)]
      : []),
    ...(free !== undefined && free < LITTLE_DISK_BYTES
      ? [reason('disk', `${Math.floor(free / 2 ** 20)} MiB are free on its disk`)]
      : []),
    ...boardReasons(node),
  ]
}

function certificateTexts({ certificates = [], certificateDaysLeft: days }: NodeFindings): readonly string[] {
  const problems = certificates.flatMap((one) => one.problems)
  return days !== undefined && days < FEW_DAYS ? [...problems, certificateText(days)] : problems
}

function certificateText(days: number): string {
  if (days < 0) return 'its certificate has ended'
  return Math.floor(days) === 0
    ? 'its certificate ends today'
    : `its certificate ends in ${Math.floor(days)} d`
}

/** The verdict of its board; one that could tell and does not is not known. */
function boardReasons({ name: about, board = {}, boardTells = false }: NodeFindings): Reason[] {
  const { throttled, heat = 0, cardErrors = 0, wear = 0, isReadOnly } = board
  const reason = (kind: ReasonKind, text: string): Reason => ({ kind, about, text })
  return [
    ...(isReadOnly === true
      ? [reason('card', 'its root is read-only: its disk fails, or it was asked to')]
      : []),
    ...(cardErrors > 0 ? [reason('card', `its file systems have counted ${cardErrors} errors`)] : []),
    ...(wear >= WORN
      ? [reason('card', `its flash memory is worn: ${Math.round(wear * 100)} % of its life`)]
      : []),
    ...(throttled !== undefined && throttled.now.length > 0
      ? [reason('throttled', `its board is held back: ${throttled.now.join(', ')}`)]
      : []),
    ...(heat >= HOT ? [reason('throttled', `it is hot: ${Math.round(heat)} °C`)] : []),
    ...(boardTells && throttled === undefined
      ? [reason('unknown', 'heat and voltage cannot be read (vcgencmd)')]
      : []),
  ]
}

/** Why an engine is not well, its checks included. */
export function engineReasons({ name, problems, unknown, failingChecks, healthy }: EngineStatus): Reason[] {
  const reasons: Reason[] = [
    ...problems.map((text): Reason => ({ kind: 'engine', about: name, text })),
    ...unknown.map((text): Reason => ({ kind: 'unknown', about: name, text })),
    ...failingChecks.map(({ node, service, check, state, output }): Reason => {
      const what = service === '' ? check : `${service}, ${check}`
      const kind = state === 'maintenance' ? 'maintenance' : 'check'
      return { kind, about: name, text: `${node}: ${what} is ${stateWord(state)}: ${output}` }
    }),
  ]
  // An engine that only says that it is not well is not well.
  return healthy || reasons.length > 0
    ? reasons
    : [{ kind: 'engine', about: name, text: 'it is not healthy' }]
}

function stateWord(state: EngineStatus['failingChecks'][number]['state']): string {
  return state === 'maintenance' ? 'in maintenance' : state
}

function applyReason({ run, command, state, nodes }: OpenApply): Reason {
  const where = nodes.length > 0 ? ` on ${nodes.join(', ')}` : ''
  const how = {
    failed: `the last ${command} failed${where}`,
    unfinished: `the last ${command} did not come to its end${where}`,
    running: `${command === 'apply' ? 'an' : 'a'} ${command} is under way${where}`,
  }[state]
  const again = command === 'reset' ? `bramble reset ${nodes[0] ?? 'NODE'}` : `bramble ${command}`
  const back = command === 'apply' ? '' : ', bramble apply sets it up again'
  const way = state === 'running' ? '' : `: bramble log ${run} says why, ${again} goes on${back}`
  return { kind: 'apply', about: run, text: `${how}${way}` }
}
