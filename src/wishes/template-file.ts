/** Templates that are files beside the cluster file. */
import { fileCodes } from '../diagnostics/catalogue/files.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { contentOf, type Content } from '../resources/kind.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterNode } from '../topology/node.ts'
import { parseTemplate, type TemplateProblem } from './template.ts'

/** A mistake in a template, and where it is. */
export interface TemplateFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly place: FilePlace
}

/** What is needed to look for mistakes. */
export interface TemplateUse {
  /** The nodes that get it. */
  readonly nodes: readonly ClusterNode[]
  readonly cluster: Cluster
  readonly file: (path: string) => Content
}

/** What is wrong with a template, for any of its nodes; each place is told once. */
export function templateFindings(path: string, { nodes, cluster, file }: TemplateUse): TemplateFinding[] {
  const text = textOf(file(path))
  const template = parseTemplate(text ?? '')
  const problems = [
    ...(text === undefined ? [NOT_TEXT] : []),
    ...template.problems,
    ...(template.problems.length > 0 ? [] : nodes.flatMap((node) => template.fill(node, cluster).problems)),
  ]
  const told = new Map<string, TemplateProblem>()
  for (const problem of problems) {
    const at = `${problem.line}:${problem.column}`
    if (!told.has(at)) told.set(at, problem)
  }
  return [...told.values()].map(({ problem, fix, ...place }) => ({
    diagnostic: fileCodes.TEMPLATE_WRONG({ problem, fix }),
    place: { file: path, ...place },
  }))
}

/** The template filled in for a node; what is secret stays so. */
export function filledTemplate(template: Content, node: ClusterNode, cluster: Cluster): Content {
  return contentOf(parseTemplate(textOf(template) ?? '').fill(node, cluster).text, template.sensitive)
}

const NOT_TEXT: TemplateProblem = {
  line: 1,
  column: 1,
  length: 0,
  problem: 'the template is not UTF-8 text',
  fix: 'save it as UTF-8, or write source in place of template for bytes as they are',
}

function textOf({ bytes }: Content): string | undefined {
  if ('path' in bytes) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
