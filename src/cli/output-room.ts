/** Keeps pace with whoever reads standard output. */
import { once } from 'node:events'
import type { LiveStream } from './render/live-area.ts'

/** Waits for a reader that is slow, and not for one that has stopped reading. */
export async function room(stream: LiveStream): Promise<void> {
  const { writableNeedDrain = false } = stream as Partial<NodeJS.WriteStream>
  if (writableNeedDrain && hasReader(stream))
    await Promise.race([once(stream, 'drain'), once(stream, 'close')])
}

/** False once writing has failed, as it does when `head` has seen enough. */
export function hasReader(stream: LiveStream): boolean {
  const { destroyed = false, errored = null } = stream as Partial<NodeJS.WriteStream>
  return !destroyed && errored === null
}
