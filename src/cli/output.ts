/**
 * Standard output and standard error of the process. Whoever stops reading, as `head` does, stops neither the work nor its verdict;
 * what could not be written for another reason (a full disk) is remembered, for a command that was not heard has not ended well.
 */

/** What kept a stream from being written. */
export interface OutputFailure {
  readonly stream: 'standard output' | 'standard error'
  /** What the operating system said. */
  readonly problem: string
}

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>

/** A watch over both streams. */
export interface OutputWatch {
  /** The first failure that was no reader that went away. */
  readonly failure: () => OutputFailure | undefined
  /** Resolves once everything is written, or is known never to be. */
  readonly drained: () => Promise<void>
}

/** Watches both streams from now on: without a listener their errors would end the process in the middle of its work. */
export function watchOutput(stdout: Stream, stderr: Stream): OutputWatch {
  let failure: OutputFailure | undefined
  const watched = [
    ['standard output', stdout],
    ['standard error', stderr],
  ] as const
  for (const [stream, written] of watched) {
    written.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // What is written after the first error fails for want of a stream, which says nothing new.
      if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return
      failure ??= { stream, problem: message }
    })
  }
  return {
    failure: () => failure,
    drained: async () => {
      for (const [, stream] of watched) await new Promise<void>((done) => stream.write('', () => done()))
    },
  }
}
