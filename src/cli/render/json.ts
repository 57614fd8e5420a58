/** For programs: every event as it is, one JSON object a line; the last one is `run-finished`. */
import type { Renderer } from './renderer.ts'

/** One document, as every command with `--json` writes its answer. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** A renderer that writes NDJSON. Notes for people are left out: a program reads this. */
export function jsonRenderer(write: (text: string) => void): Renderer {
  return {
    event: (event) => write(`${JSON.stringify(event)}\n`),
    note: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  }
}
