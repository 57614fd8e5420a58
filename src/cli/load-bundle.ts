/** Loads the program that `scripts/bundle.ts` has made one file of; stands for `load-program.ts` in what is built. */
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { codeFolder, loadScript } from './compiled-code.ts'

/** Name of the bundle, by its content; set when this is bundled itself. */
declare const BUNDLE: string

type WholeProgram = typeof import('./whole-program.ts')

let loaded: Promise<WholeProgram> | undefined

/** Loads it once. */
export function loadProgram(): Promise<WholeProgram> {
  loaded ??= Promise.resolve().then(
    () => loadScript(fileURLToPath(new URL(BUNDLE, import.meta.url)), compiledFile()) as WholeProgram,
  )
  return loaded
}

/** Other verbs run other functions, so each has a file of its own. */
function compiledFile(): string | undefined {
  const folder = codeFolder(process.env)
  const verb = process.argv.slice(2).find((word) => /^[a-z]+$/.test(word)) ?? 'none'
  return folder && join(folder, `${BUNDLE}-${process.version}-${process.arch}-${verb}`)
}
