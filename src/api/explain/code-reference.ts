/** Writes the reference page of all diagnostics, `docs/reference/errors.md`, and the text of `bramble explain`. */
import { CATALOGUE } from './catalogue.ts'
import type { Code } from '../../diagnostics/define-codes.ts'

/** The whole page, in Markdown; `example` gives the rendered diagnostic of a code, to be shown under its text. */
export function renderErrorReference(
  example: (code: string) => string | undefined = () => undefined,
): string {
  const sections = CATALOGUE.map((entry) => section(entry, example(entry.code)))
  return `${HEAD}\n${sections.join('\n')}`
}

/** The long text of one code, for the terminal: what `bramble explain CODE` prints. */
export function explainCode({ code, entry }: Code<never>): string {
  const { title, explain, severity = 'error' } = entry
  return `${severity} ${code}: ${title}\n\n${explain}\n`
}

const HEAD = `# Errors and warnings

Generated from \`src/diagnostics/catalogue/\` and the \`codes.ts\` of roles and engines; \`bramble explain CODE\` prints the same text. Codes never change their meaning.
An error stops the command before any node is touched; a warning does not.
`

function section({ code, entry }: Code<never>, example: string | undefined): string {
  const { title, explain, severity = 'error' } = entry
  const shown = example === undefined ? '' : `\n\`\`\`text\n${example.trimEnd()}\n\`\`\`\n`
  return `## ${code}\n\n**${title}** (${severity})\n\n${explain}\n${shown}`
}
