/** What an error says, whatever was thrown. */

/** The message of an error; the text of anything else that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
