/** Turns the ordered resources of one node into its program. Pure: same input, same bytes. */
import { gzipSync } from 'node:zlib'
import type { OrderedResource } from '../plan/order.ts'
import type { Content, Kind, LocalAddress } from '../resources/kind.ts'
import { commandLine, quote } from '../shell/quote.ts'
import { sha256 } from '../support/sha256.ts'

/** A kind as the compiler sees it. */
export interface CompilerKind {
  readonly kind: Pick<Kind<never>, 'name' | 'stage' | 'converges' | 'uses' | 'ground'>
  /** Condensed text of the kind's `.sh`. */
  readonly shell: string
}

/** What the compiler is given besides the resources. */
export interface CompileOptions {
  readonly node: string
  readonly kinds: Readonly<Record<string, CompilerKind>>
  /** Condensed text of the runtime. */
  readonly runtime: string
  /** Kinds whose shell must be there although no resource is of them: what is to be removed. */
  readonly alsoKinds?: readonly string[]
  /** Resources of which nothing can be said yet: they are left as they are, and not removed either. */
  readonly waiting?: readonly LocalAddress[]
}

/** What one node runs, for every delivery. */
export interface Program {
  readonly node: string
  /** POSIX sh: run as `sh program check` or `sh program converge SECONDS`. Holds no secret. */
  readonly text: string
  /** Hexadecimal SHA-256 of the text. */
  readonly sha256: string
  /** Hexadecimal SHA-256 of what the text begins with: the same from run to run, so nodes keep it under this name. */
  readonly runtime: string
  /** The text without its runtime: all that a node which keeps the runtime has to be sent. */
  readonly slim: string
  /** Bytes that rows name by their SHA-256. */
  readonly contents: ReadonlyMap<string, Content>
  /** From the id in the events of the node to the resource. */
  readonly resources: ReadonlyMap<string, OrderedResource>
  /** Kinds whose shell is in the text. */
  readonly kinds: readonly string[]
  /** Resources that the node is to have and that are left as they are, until offers are there that they stand on. */
  readonly waiting: readonly LocalAddress[]
}

/** Most addresses are those of many nodes, and each is asked for several times. */
const ids = new Map<LocalAddress, string>()

/** The id of an address in programs, manifests and events of a node: 12 hexadecimal digits. */
export function resourceId(address: LocalAddress): string {
  const id = ids.get(address) ?? sha256(address).slice(0, 12)
  ids.set(address, id)
  return id
}

function idOf({ address }: OrderedResource): string {
  return resourceId(address)
}

function rowOf(item: OrderedResource): string {
  const { resource, inputDigests } = item
  return `"$@" ${commandLine([idOf(item), resource.name, ...inputDigests, ...resource.row])}\n`
}

/** Runs of neighbours of one kind: each is looked at and converged in one go. */
function batchesOf(ordered: readonly OrderedResource[]): OrderedResource[][] {
  const batches: OrderedResource[][] = []
  for (const item of ordered) {
    const last = batches.at(-1)
    if (last?.[0]?.resource.kind === item.resource.kind) last.push(item)
    else batches.push([item])
  }
  return batches
}

/** All kinds named, and the kinds that these use, in alphabetical order. */
function withUsed(names: readonly string[], kinds: Readonly<Record<string, CompilerKind>>): string[] {
  const all = new Set<string>()
  const add = (name: string): void => {
    if (all.has(name)) return
    const known = kinds[name]
    if (!known) throw new Error(`there is no kind called ${name}`)
    all.add(name)
    known.kind.uses?.forEach(add)
  }
  names.forEach(add)
  return [...all].sort()
}

/** Shell functions are named after kinds; a dash is not allowed in a name (POSIX 2.9.5). */
export function shellName(kind: string): string {
  return kind.replaceAll('-', '_')
}

function functionText(name: string, body: string): string {
  return `${name}() {\n${body === '' ? ':\n' : body}}\n`
}

function shellOf(names: readonly string[], { kinds }: CompileOptions): string {
  return names.map((name) => (kinds[name] as CompilerKind).shell).join('')
}

/** The rows, and what is to be done with them. */
function rowsText(ordered: readonly OrderedResource[], { kinds }: CompileOptions): string {
  const batches = batchesOf(ordered)
  const kindOf = (batch: readonly OrderedResource[]): string => (batch[0] as OrderedResource).resource.kind
  const parts = batches.map((batch, index) => functionText(`rows_${index}`, batch.map(rowOf).join('')))
  const calls = [...new Set(batches.map(kindOf))].map((kind) => {
    const own = batches.flatMap((batch, index) => (kindOf(batch) === kind ? [index] : []))
    const name = shellName(kind)
    parts.push(functionText(`rows_${name}_all`, own.map((index) => `rows_${index} "$@"\n`).join('')))
    return `"$@" ${name} rows_${name}_all\n`
  })
  const batchCalls = batches.map((batch, index) => {
    const how = (kinds[kindOf(batch)] as CompilerKind).kind.converges
    return `batch ${shellName(kindOf(batch))} ${how} rows_${index}\n`
  })
  parts.push(functionText('checks', calls.join('')), functionText('program', batchCalls.join('')))
  return parts.join('')
}

/** The ids that are wanted, what each needs, and which are on trial. */
function tablesText(ordered: readonly OrderedResource[], waiting: readonly LocalAddress[]): string {
  const wanted = [...ordered.map(idOf), ...waiting.map(resourceId)]
  return [
    functionText('wanted', wanted.length === 0 ? '' : `want ${wanted.join(' ')}\n`),
    ...ordered
      .filter(({ needs }) => needs.length > 0)
      .map((item) => `N_${idOf(item)}=${quote(item.needs.map(resourceId).join(' '))}\n`),
    ...ordered.filter(({ resource }) => resource.trial).map((item) => `T_${idOf(item)}=1\n`),
  ].join('')
}

/** Compiles one node. Throws for a kind that is not known: resources are made by kinds, so that is our mistake. */
export function compile(ordered: readonly OrderedResource[], options: CompileOptions): Program {
  const { waiting = [] } = options
  const used = withUsed([...new Set(ordered.map(({ resource }) => resource.kind))], options.kinds)
  const included = withUsed([...used, ...(options.alsoKinds ?? [])], options.kinds)
  const runtimeText = ['#!/bin/sh\n', options.runtime, shellOf(used, options)].join('')
  const runtime = sha256(runtimeText)
  const slim = [
    `# bramble program 1 for ${options.node}\nNODE=${quote(options.node)}\n`,
    `RUNTIME=${runtime} RUNTIME_BYTES=${Buffer.byteLength(runtimeText)}\n`,
    // Not in the runtime: so it stays the one that the next program begins with.
    shellOf(
      included.filter((name) => !used.includes(name)),
      options,
    ),
    rowsText(ordered, options),
    tablesText(ordered, waiting),
    'main "$@"\n',
  ].join('')
  const text = runtimeText + slim
  return {
    node: options.node,
    text,
    sha256: sha256(text),
    runtime,
    slim,
    contents: new Map(
      ordered.flatMap(({ resource }) => resource.contents.map((content) => [content.sha256, content])),
    ),
    resources: new Map(ordered.map((item) => [idOf(item), item])),
    kinds: included,
    waiting,
  }
}

/** The size of a program on the wire, in bytes. */
export function wireBytes(program: Pick<Program, 'text'>): number {
  return gzipSync(program.text).length
}
