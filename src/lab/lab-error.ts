/** The two ways in which a lab does not come up: it was asked for too much, or a step on this computer failed. */

/** The lab was asked for something that this computer or the lab cannot give; the message says what to do. */
export class LabRefusal extends Error {
  override readonly name = 'LabRefusal'
}

/** A step failed on this computer; the message says which node, what was run, its last output and where the log is. */
export class LabFailure extends Error {
  override readonly name = 'LabFailure'
}

/** The last lines of an output, for a message. */
export function lastLines(text: string, count = 20): string {
  return text
    .trimEnd()
    .split('\n')
    .slice(-count)
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n')
}
