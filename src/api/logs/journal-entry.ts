/** An entry of a node's journal, from what `journalctl --output=json` writes (systemd: JOURNAL_EXPORT_FORMATS, "Journal JSON Format"). */

/** One entry. */
export interface JournalEntry {
  readonly node: string
  /** Microseconds since 1970, by the clock of the node. */
  readonly microseconds: number
  readonly unit?: string
  /** Who wrote it, such as `sshd`. */
  readonly identifier?: string
  readonly pid?: number
  /** 0 to 7, as in syslog(3): 3 is an error, 4 a warning. */
  readonly priority?: number
  readonly text: string
}

/** What we ask for; fields whose names begin with two underscores come always. */
export const JOURNAL_FIELDS = [
  'MESSAGE',
  'PRIORITY',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  '_PID',
  '_SYSTEMD_UNIT',
  'UNIT',
]

/** Reads a line; undefined for one that is none. */
export function readEntry(node: string, line: string): JournalEntry | undefined {
  const fields = fieldsOf(line)
  if (fields === undefined) return undefined
  const microseconds = Number(fields['__REALTIME_TIMESTAMP'])
  if (!Number.isFinite(microseconds)) return undefined
  // What systemd says of a unit stands in its own journal, with the unit beside it.
  const unit = textOf(fields['UNIT'] ?? fields['_SYSTEMD_UNIT'])
  const identifier = textOf(fields['SYSLOG_IDENTIFIER'] ?? fields['_COMM'])
  const pid = Number(textOf(fields['_PID']))
  const priority = Number(textOf(fields['PRIORITY']))
  return {
    node,
    microseconds,
    ...(unit !== undefined && { unit }),
    ...(identifier !== undefined && { identifier }),
    ...(pid > 0 && { pid }),
    ...(Number.isInteger(priority) && textOf(fields['PRIORITY']) !== undefined && { priority }),
    text: textOf(fields['MESSAGE']) ?? '',
  }
}

function fieldsOf(line: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(line)
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A field that occurs twice is a list of texts; one that is no UTF-8 is a list of bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  if (value.every((byte) => typeof byte === 'number')) return Buffer.from(value).toString()
  return value.map(textOf).join('\n')
}
