/** Fills in templates: a small fixed syntax that can name nodes and labels. See docs/files.md. */
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterNode } from '../topology/node.ts'

/** What is wrong with a template, and where: line and column from 1. */
export interface TemplateProblem {
  readonly line: number
  readonly column: number
  /** As much of the line as is wrong, in characters. */
  readonly length: number
  readonly problem: string
  readonly fix: string
}

/** A template that was read. */
export interface Template {
  readonly problems: readonly TemplateProblem[]
  /** Fills it in for a node. */
  readonly fill: (node: ClusterNode, cluster: Cluster) => Filled
}

/** A filled template. */
export interface Filled {
  readonly text: string
  readonly problems: readonly TemplateProblem[]
}

type Part =
  | { readonly sort: 'text'; readonly text: string }
  | {
      readonly sort: 'value'
      readonly of: string
      readonly path: readonly string[]
      readonly otherwise: string | undefined
      readonly at: Mark
    }
  | {
      readonly sort: 'each'
      readonly name: string
      readonly among: string
      readonly parts: readonly Part[]
      readonly at: Mark
    }

/** Where a mark is. */
type Mark = Pick<TemplateProblem, 'line' | 'column' | 'length'>

const VALUES: Readonly<Record<string, (node: ClusterNode) => string>> = {
  name: ({ name }) => name,
  fqdn: ({ fqdn }) => fqdn,
  address: ({ address }) => address,
  model: ({ board }) => board.model,
  architecture: ({ architecture }) => architecture,
  user: ({ user }) => user,
}
const NODE_VALUES = [...Object.keys(VALUES), 'labels.NAME']
const CLUSTER_VALUES = ['name', 'domain']

/** A whole line that holds only a word of control leaves no line behind; `@@{` is no mark. */
const MARK = /^[ \t]*@\{\s*(each\b[^}\n]*|end\s*)\}[ \t]*(?:\r?\n|$)|@@\{|@\{([^}\n]*)\}?/gm

/** Reads a template. What is wrong with it as a text is in `problems`; a value that a node lacks shows when it is filled in. */
export function parseTemplate(text: string): Template {
  const reading = new Reading()
  let done = 0
  for (const match of text.matchAll(MARK)) {
    reading.add({ sort: 'text', text: text.slice(done, match.index) })
    done = match.index + match[0].length
    const at = markAt(text, match.index + match[0].indexOf('@{'), match[0].trim().length)
    if (match[0] === '@@{') reading.add({ sort: 'text', text: '@{' })
    else if (match[0].trimEnd().endsWith('}')) reading.mark((match[1] ?? match[2] ?? '').trim(), at)
    else
      reading.wrong(
        at,
        '@{ without a } on its line',
        'write } behind it, or @@{ for the two characters themselves',
      )
  }
  reading.add({ sort: 'text', text: text.slice(done) })
  const { parts, problems } = reading.end()
  return { problems, fill: (node, cluster) => filled(parts, node, cluster) }
}

interface OpenLoop {
  readonly name: string
  readonly among: string
  readonly parts: Part[]
  readonly at: Mark
}

/** A template being read, with the loops that are open. */
class Reading {
  readonly #problems: TemplateProblem[] = []
  readonly #top: Part[] = []
  readonly #open: OpenLoop[] = []

  add(part: Part): void {
    const parts = this.#open.at(-1)?.parts ?? this.#top
    parts.push(part)
  }

  wrong(at: Mark, problem: string, fix: string): void {
    this.#problems.push({ ...at, problem, fix })
  }

  /** What is written between `@{` and `}`. */
  mark(written: string, at: Mark): void {
    const names = ['node', 'cluster', ...this.#open.map(({ name }) => name)]
    if (written === 'end') {
      const loop = this.#open.pop()
      if (loop) this.add({ sort: 'each', ...loop })
      else this.wrong(at, '@{end} without an @{each …} before it', 'take it out')
    } else if (/^each\b/.test(written)) {
      const [, name = 'node', among = 'all'] =
        /^each\s+([a-z]\w*)\s+in\s+([a-z][a-z0-9-]*)$/.exec(written) ?? []
      if (names.includes(name)) {
        this.wrong(
          at,
          `@{${written}} is no loop`,
          'write  @{each other in all}  or the name of a role in place of all',
        )
      }
      this.#open.push({ name, among, parts: [], at })
    } else {
      const value = valueOf(written, names)
      if ('problem' in value) this.wrong(at, value.problem, value.fix)
      else this.add({ sort: 'value', ...value, at })
    }
  }

  end(): { readonly parts: readonly Part[]; readonly problems: readonly TemplateProblem[] } {
    for (const { at, name } of this.#open) {
      const fix = 'write  @{end}  on a line of its own where the repeated part ends'
      this.wrong(at, `@{each ${name} …} has no end`, fix)
    }
    return { parts: this.#top, problems: this.#problems }
  }
}

function markAt(text: string, index: number, length: number): Mark {
  const before = text.slice(0, index).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, length }
}

type Value = Pick<Extract<Part, { sort: 'value' }>, 'of' | 'path' | 'otherwise'>

function valueOf(
  written: string,
  names: readonly string[],
): Value | Pick<TemplateProblem, 'problem' | 'fix'> {
  const [, way = written, quoted] = /^(\S+)\s+or\s+"([^"]*)"$/.exec(written) ?? []
  const [of = '', ...path] = way.split('.')
  const problem = `@{${written}} stands for nothing`
  if (!names.includes(of)) return { problem, fix: fixFor(of, path, names) }
  const known = of === 'cluster' ? CLUSTER_VALUES : NODE_VALUES
  if (isLabel(of, path) || (path.length === 1 && known.includes(path[0] ?? ''))) {
    return { of, path, otherwise: quoted }
  }
  const near = didYouMean(path.join('.'), known)
  const fix =
    near === undefined ? `after ${of}. comes one of ${known.join(', ')}` : `did you mean ${of}.${near}?`
  return { problem, fix }
}

function isLabel(of: string, path: readonly string[]): boolean {
  return of !== 'cluster' && path.length === 2 && path[0] === 'labels' && path[1] !== ''
}

/** What was meant where the first word is no name. */
function fixFor(of: string, path: readonly string[], names: readonly string[]): string {
  if (path.length === 0 && NODE_VALUES.includes(of)) return `write @{node.${of}}`
  const near = path.length === 0 ? undefined : didYouMean(of, names)
  return near === undefined
    ? `begin with ${names.join('. or ')}.`
    : `did you mean ${[near, ...path].join('.')}?`
}

function filled(parts: readonly Part[], node: ClusterNode, cluster: Cluster): Filled {
  const problems: TemplateProblem[] = []
  const textOf = (all: readonly Part[], nodes: ReadonlyMap<string, ClusterNode>): string =>
    all
      .map((part) => {
        if (part.sort === 'text') return part.text
        if (part.sort === 'each') {
          const among = part.among === 'all' ? cluster.nodes : cluster.find(part.among)
          if (among.length === 0) {
            const problem = `no node has the role ${part.among}`
            problems.push({
              ...part.at,
              problem,
              fix: 'write all, or the name of a role that is in the cluster file',
            })
          }
          return among.map((one) => textOf(part.parts, new Map([...nodes, [part.name, one]]))).join('')
        }
        const value = read(part, nodes, cluster)
        if (value !== undefined) return value
        const name = nodes.get(part.of)?.name ?? part.of
        const fix = `give ${name} the label ${part.path[1]}, or write  @{${[part.of, ...part.path].join('.')} or "something"}`
        problems.push({ ...part.at, problem: `${name} has no label ${part.path[1]}`, fix })
        return ''
      })
      .join('')
  return { text: textOf(parts, new Map([['node', node]])), problems }
}

function read(
  { of, path: [key = '', label = ''], otherwise }: Value,
  nodes: ReadonlyMap<string, ClusterNode>,
  cluster: Cluster,
): string | undefined {
  if (of === 'cluster') return key === 'domain' ? cluster.domain : cluster.name
  const node = nodes.get(of)
  if (node === undefined) return otherwise
  if (key !== 'labels') return VALUES[key]?.(node) ?? otherwise
  return Object.hasOwn(node.board.labels, label) ? node.board.labels[label] : otherwise
}
