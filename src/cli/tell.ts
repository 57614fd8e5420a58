/** What a command says that did something: a sentence for people, an object for programs. */
import type { Context } from './context.ts'
import { jsonText } from './render/json.ts'

/** Says it on standard output. */
export function tell({ terminal, common }: Context, document: object, sentence: string): void {
  terminal.out(common.json ? jsonText(document) : `${sentence}\n`)
}
