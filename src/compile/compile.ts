/** Turns the ordered resources of one node into its program. Pure: same input, same bytes. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { OrderedResource } from '../plan/order.ts'
import type { Content, Kind, LocalAddress } from '../resources/kind.ts'
import { commandLine, quote } from '../shell/quote.ts'

/** A kind as the compiler sees it. */
export interface CompilerKind {
  readonly kind: Pick<Kind<never>, 'name' | 'stage' | 'converges' | 'uses'>
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
}

/** What one node runs, for every delivery. */
export interface Program {
  readonly node: string
  /** POSIX sh: run as `sh program check` or `sh program converge SECONDS`. Holds no secret. */
  readonly text: string
  /** Hexadecimal SHA-256 of the text. */
  readonly sha256: string
  /** Bytes that rows name by their SHA-256. */
  readonly contents: ReadonlyMap<string, Content>
  /** From the id in the events of the node to the resource. */
  readonly resources: ReadonlyMap<string, OrderedResource>
  /** Kinds whose shell is in the text. */
  readonly kinds: readonly string[]
}

/** The id of an address in programs, manifests and events of a node: 12 hexadecimal digits. */
export function resourceId(address: LocalAddress): string {
  return createHash('sha256').update(address).digest('hex').slice(0, 12)
}

function rowOf({ address, resource, inputDigests }: OrderedResource): string {
  return `"$@" ${commandLine([resourceId(address), resource.name, ...inputDigests, ...resource.row])}\n`
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

/** Compiles one node. Throws for a kind that is not known: resources are made by kinds, so that is our mistake. */
export function compile(ordered: readonly OrderedResource[], options: CompileOptions): Program {
  const used = [...new Set(ordered.map(({ resource }) => resource.kind))]
  const included = withUsed([...used, ...(options.alsoKinds ?? [])], options.kinds)
  const batches = batchesOf(ordered)
  const id = ({ address }: OrderedResource): string => resourceId(address)
  const parts = [
    `#!/bin/sh\n# bramble program 1 for ${options.node}\nNODE=${quote(options.node)}\n`,
    options.runtime,
    ...included.map((name) => (options.kinds[name] as CompilerKind).shell),
    ...batches.map((batch, index) => functionText(`rows_${index}`, batch.map(rowOf).join(''))),
  ]
  const calls = used.map((kind) => {
    const own = batches.flatMap((batch, index) => (batch[0]?.resource.kind === kind ? [index] : []))
    const name = shellName(kind)
    parts.push(functionText(`rows_${name}_all`, own.map((index) => `rows_${index} "$@"\n`).join('')))
    return `"$@" ${name} rows_${name}_all\n`
  })
  parts.push(
    functionText('checks', calls.join('')),
    functionText(
      'program',
      batches
        .map((batch, index) => {
          const { kind } = (batch[0] as OrderedResource).resource
          const how = (options.kinds[kind] as CompilerKind).kind.converges
          return `batch ${shellName(kind)} ${how} rows_${index}\n`
        })
        .join(''),
    ),
    functionText('wanted', ordered.length === 0 ? '' : `want ${ordered.map(id).join(' ')}\n`),
    ...ordered
      .filter(({ needs }) => needs.length > 0)
      .map((item) => `N_${id(item)}=${quote(item.needs.map(resourceId).join(' '))}\n`),
    ...ordered.filter(({ resource }) => resource.trial).map((item) => `T_${id(item)}=1\n`),
    'main "$@"\n',
  )
  const text = parts.join('')
  return {
    node: options.node,
    text,
    sha256: createHash('sha256').update(text).digest('hex'),
    contents: new Map(
      ordered.flatMap(({ resource }) => resource.contents.map((content) => [content.sha256, content])),
    ),
    resources: new Map(ordered.map((item) => [id(item), item])),
    kinds: included,
  }
}

/** The size of a program on the wire, in bytes. */
export function wireBytes(program: Pick<Program, 'text'>): number {
  return gzipSync(program.text).length
}
