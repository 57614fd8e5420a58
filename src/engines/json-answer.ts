/** What an HTTP API that answers in JSON has said, as a reply. */
import type { z } from 'zod'
import type { Reply } from './steps/reply.ts'

/** What is no good answer is shown to people. */
const PROBLEM_CHARACTERS = 2000

/** A status that is no success. */
export function refusal(status: number, text: string): Extract<Reply<never>, { ok: false }> {
  const problem = text.trim().slice(0, PROBLEM_CHARACTERS) || `status ${status}`
  return { ok: false, status, problem, text }
}

/** The answer to `path`, read as JSON of the given shape; nothing at all is `undefined`. */
export function shaped<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  path: string,
): Reply<z.output<Schema>> {
  let value: unknown
  try {
    value = text.trim() === '' ? undefined : JSON.parse(text)
  } catch {
    return { ok: false, status: 0, problem: `the answer to ${path} is no JSON` }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  const problem = `the answer to ${path} has another form: ${issue?.path.join('.')} ${issue?.message}`
  return { ok: false, status: 0, problem }
}
