/** The text of a plan: what would change on which node and why, with line diffs; the same change on many nodes once. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { counted, listed } from './counts.ts'
import { oneLine } from './columns.ts'
import { grouped } from './grouped.ts'
import { renderTextField } from './plan-field.ts'
import { orderLines } from './plan-order.ts'
import { signOfChange, type Action } from './sign.ts'

/** One resource that is not as wanted. */
export type Differing = Extract<Event, { type: 'resource-differs' }>
/** One that could not be looked at. */
type Unseen = Extract<Event, { type: 'resource-unseen' }>

/** A node of which something is left until an engine has made a value. */
type Waiting = Extract<Event, { type: 'node-waits' }>

/** How a plan is shown. */
export interface PlanOptions {
  readonly palette: Palette
  /** Shows new texts whole; otherwise only their beginning. */
  readonly full?: boolean
}

/** The node name of what belongs to the cluster as a whole. */
export const CLUSTER = 'cluster'

/** One change with the nodes that it is the same on. */
interface Change {
  readonly first: Differing
  readonly nodes: readonly string[]
}

/** The lines of the plan without its summary; none when nothing differs and everything was seen. */
export function renderPlan(events: readonly Event[], options: PlanOptions): string[] {
  const nodes = nodeOrder(events)
  const changes = foldChanges(differingOf(events), nodes)
  const many = changes.filter((change) => change.nodes.length > 1)
  const single = grouped(
    changes.filter((change) => change.nodes.length === 1),
    ({ first }) => first.node,
  )
  const sections = [...new Set([...nodes, ...single.keys()])].flatMap((node) => {
    const own = single.get(node)
    return own ? [section(node === CLUSTER ? 'in the cluster' : node, own, options)] : []
  })
  if (many.length > 0) sections.unshift(section('on several nodes', many, options))
  const blocks = [
    ...sections,
    waitingLines(waitingOf(events), nodes, options),
    unseenLines(unseenOf(events), options),
    orderLines(events, options.palette),
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index > 0 ? ['', ...lines] : lines))
}

function differingOf(events: readonly Event[]): readonly Differing[] {
  return events.filter((event): event is Differing => event.type === 'resource-differs')
}

function waitingOf(events: readonly Event[]): readonly Waiting[] {
  return events.filter((event): event is Waiting => event.type === 'node-waits')
}

/** What waits for the same on several nodes stands there once. */
function waitingLines(
  waiting: readonly Waiting[],
  order: readonly string[],
  { palette }: PlanOptions,
): string[] {
  if (waiting.length === 0) return []
  const same = grouped(
    inOrder(waiting, order, ({ node }) => node),
    ({ offers, addresses }) => JSON.stringify([offers, addresses]),
  )
  return [
    palette.bold('left until a running engine has made what it stands on; the same apply goes on with it'),
    ...[...same.values()].flatMap((events) => {
      const [{ offers, addresses } = { offers: [], addresses: [] }] = events
      const names = listed(events.map(({ node }) => oneLine(node)))
      const verb = events.length === 1 ? 'waits' : 'wait'
      return [
        `  ${palette.yellow('…')} ${names} ${verb} for ${offers.map(oneLine).join(', ')}`,
        ...addresses.map((address) => `      ${oneLine(address)}`),
      ]
    }),
  ]
}

function unseenOf(events: readonly Event[]): readonly Unseen[] {
  return events.filter((event): event is Unseen => event.type === 'resource-unseen')
}

function unseenLines(unseen: readonly Unseen[], { palette }: PlanOptions): string[] {
  if (unseen.length === 0) return []
  return [
    palette.bold('not known, for it cannot be looked at'),
    ...unseen.map(({ address, message }) => `  ${palette.red('?')} ${oneLine(address)}: ${oneLine(message)}`),
  ]
}

/** `Plan: 3 to create, 2 to change, 1 to remove on 4 of 5 nodes`, and which nodes could not be looked at. */
export function planSummary(events: readonly Event[]): string {
  const started = events.find((event) => event.type === 'run-started')
  const total = started?.nodes.length ?? 0
  const differing = differingOf(events)
  const ended = events.flatMap((event) =>
    event.type === 'node-finished' && event.outcome === 'failed' ? [event.node] : [],
  )
  const failed = inOrder(ended, nodeOrder(events), (node) => node)
  const names = [...failed, ...unseenOf(events).map(({ address }) => address)].map(oneLine)
  const waiting = waitingOf(events)
  const offers = [...new Set(waiting.flatMap((event) => event.offers))].map(oneLine)
  const waits =
    waiting.length === 0
      ? ''
      : `; ${counted(waiting.length, 'node')} ${waiting.length === 1 ? 'waits' : 'wait'} for ${listed(offers)}`
  const unseen = `${waits}${names.length > 0 ? `; not seen: ${listed(names)}` : ''}`
  const ofNodes = counted(total, 'node')
  if (differing.length === 0 && waiting.length > 0) return `Plan: nothing else to do on ${ofNodes}${unseen}`
  if (differing.length === 0) {
    const seen = total - failed.length
    if (seen <= 0 && failed.length > 0) return `Plan: nothing is known${unseen}`
    return `Plan: nothing to do on ${failed.length > 0 ? `${seen} of ${ofNodes}` : ofNodes}${unseen}`
  }
  const touched = new Set(differing.map(({ node }) => node))
  const inCluster = touched.delete(CLUSTER)
  const places = [
    ...(touched.size > 0 ? [`on ${touched.size} of ${ofNodes}`] : []),
    ...(inCluster ? ['in the cluster'] : []),
  ]
  return `Plan: ${actionPhrase(differing)} ${places.join(' and ')}${unseen}`
}

function actionPhrase(differing: readonly Differing[]): string {
  const words: Readonly<Record<Action, string>> = { create: 'create', update: 'change', remove: 'remove' }
  const backs = differing.filter(({ putsBack }) => putsBack).length
  const counts = Object.entries(words).map(
    ([action, word]) =>
      [differing.filter((event) => event.action === action && !event.putsBack).length, word] as const,
  )
  return [...counts, [backs, 'put back'] as const]
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} to ${word}`)
    .join(', ')
}

/** Nodes in the order of the cluster file; what belongs to the cluster comes last. */
function nodeOrder(events: readonly Event[]): readonly string[] {
  return events.find((event) => event.type === 'run-started')?.nodes ?? []
}

/** Nodes answer in any order; what is told of them stands in the one of the cluster file. */
function inOrder<Item>(
  items: readonly Item[],
  order: readonly string[],
  nodeOf: (item: Item) => string,
): readonly Item[] {
  const places = new Map(order.map((node, index) => [node, index]))
  const place = (item: Item): number => places.get(nodeOf(item)) ?? order.length
  return items.toSorted((a, b) => place(a) - place(b))
}

/** Puts together what is the same in every respect but the node. */
function foldChanges(differing: readonly Differing[], order: readonly string[]): readonly Change[] {
  const same = grouped(
    inOrder(differing, order, ({ node }) => node),
    (event) =>
      JSON.stringify([localAddress(event), event.action, event.reason, event.differences, event.effect]),
  )
  return [...same.values()].flatMap((events) => {
    const [first] = events
    return first ? [{ first, nodes: events.map(({ node }) => node) }] : []
  })
}

function localAddress({ address, node }: Differing): string {
  return address.startsWith(`${node}/`) ? address.slice(node.length + 1) : address
}

function section(title: string, changes: readonly Change[], options: PlanOptions): string[] {
  return [options.palette.bold(oneLine(title)), ...changes.flatMap((change) => changeLines(change, options))]
}

function changeLines({ first, nodes }: Change, options: PlanOptions): string[] {
  const { palette } = options
  const where =
    nodes.length > 1
      ? `${oneLine(localAddress(first))} on ${counted(nodes.length, 'node')}: ${listed(nodes.map(oneLine))}`
      : oneLine(first.address)
  const reason = first.reason === '' ? '' : `  ${palette.dim(`(${oneLine(first.reason)})`)}`
  const effect = first.effect === undefined ? '' : `  ${palette.bold(first.effect)}`
  return [
    `  ${signOfChange(first, palette)} ${where}${effect}${reason}`,
    ...first.differences.flatMap((difference) => renderTextField(first.action, difference, options)),
  ]
}
