/** The reference of events, from the types that the compiler checks. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import type { EventBody } from '../../src/events/event.ts'

/** What happened when there is an event of a type; the compiler sees to it that none is missing. */
const MEANINGS: Readonly<Record<EventBody['type'], string>> = {
  'run-started': 'The run begins. `nodes` are those in scope, in the order of the cluster file.',
  'node-connected': 'A node answered; `facts` is what it says of itself.',
  'phase-started': 'A node is at something new. `detail` says what it waits for.',
  'resource-differs': 'A resource is not as wanted, and why. This is what a plan is made of.',
  'resource-unseen':
    'A resource, or all of an engine (`cluster/ENGINE:*`), could not be looked at: nothing is known of it, and the run ends as failed.',
  'node-waits':
    'Something of a node stands on values that only a running engine makes: `addresses` are left as they are until `offers` are there. An apply then looks at the node once more.',
  'order-planned':
    'In which order nodes would change: lanes begin at once, the steps of a lane follow one another. Left out where no node differs.',
  'resource-changed': 'A resource was made as wanted.',
  'resource-failed': 'A resource could not be made as wanted; `output` is the last of what was printed.',
  'resource-skipped': 'A resource was not touched because one that it needs failed.',
  output: 'Something that a program on the node printed and that may matter.',
  warning: 'Something to look at although the run goes on; `bramble explain` knows the code.',
  'gate-passed': 'A node is well again by its engine’s own word.',
  'node-finished':
    'A node is done. `message`, `why` and `fix` say what went wrong, why it matters and what to type; `code` can be looked up with `bramble explain`.',
  'engine-finished':
    'An engine is done: what belongs to the cluster, and whether the engine is well. `changed` in a plan: something would change.',
  'run-finished':
    'The run is over: always the last event. All is well only with the outcomes `unchanged` and `changed`; `incomplete` is a run in which nothing failed and something could not be looked at.',
}

const SOURCE = 'src/events/event.ts'

/** `docs/reference/events.md`. */
export function eventsPage(): string {
  const source = ts.createSourceFile(SOURCE, readFileSync(SOURCE, 'utf8'), ts.ScriptTarget.Latest, true)
  const bodies = unionOf(source, 'EventBody')
  const sections = Object.entries(MEANINGS).map(([type, meaning]) => {
    const members = bodies.find((body) => literalOf(body, 'type') === type)
    if (!members) throw new Error(`${SOURCE} has no event ${type}`)
    return `## ${type}\n\n${meaning}\n\n${fieldTable(source, members)}\n`
  })
  return `# Events

Generated from \`${SOURCE}\`. \`plan --json\` and \`apply --json\` write one event a line, the journal in
\`.bramble/journal/\` holds the same lines behind a head, and the library hands them out as an async iterable.
Every event also has \`v\` (1, the version of this form), \`at\` (time, RFC 3339) and \`run\` (name of the run).
Programs pass over types that they do not know: new ones can come with any version.

An address is \`node/kind:name\`, or \`cluster/kind:name\` for what belongs to no node. A summary has the numbers
\`unchanged\`, \`changed\`, \`failed\` and \`skipped\`; a plan counts what would change as changed. A difference has a
\`field\`, \`is\` and \`wanted\`; where a value that is there is left out, \`hidden\` says why. \`effect\` says what a change does to a service.

${sections.join('\n')}`
}

/** The object types of a union type. */
function unionOf(source: ts.SourceFile, name: string): ts.TypeLiteralNode[] {
  const alias = source.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === name)
  if (!alias || !ts.isTypeAliasDeclaration(alias) || !ts.isUnionTypeNode(alias.type)) {
    throw new Error(`${SOURCE} has no union type ${name}`)
  }
  return alias.type.types.filter(ts.isTypeLiteralNode)
}

function literalOf(body: ts.TypeLiteralNode, field: string): string | undefined {
  const member = body.members.find((node) => node.name?.getText() === field)
  const type = member && ts.isPropertySignature(member) ? member.type : undefined
  return type && ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)
    ? type.literal.text
    : undefined
}

function fieldTable(source: ts.SourceFile, body: ts.TypeLiteralNode): string {
  const rows = body.members.filter(ts.isPropertySignature).flatMap((member) => {
    const name = member.name.getText(source)
    if (name === 'type') return []
    const type = (member.type?.getText(source) ?? '').replaceAll('readonly ', '').replaceAll(/\s+/g, ' ')
    return [
      `| \`${name}\` | \`${type.replaceAll('|', '\\|')}\` | ${member.questionToken ? 'may be absent' : ''} |`,
    ]
  })
  return ['| field | type | |', '| --- | --- | --- |', ...rows].join('\n')
}
