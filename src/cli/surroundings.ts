/** What a command finds around it: streams, environment and folder of the process, handed in so that tests can have others. */
import { createColors } from 'picocolors'
import { NO_COLOURS, type Palette } from '../diagnostics/palette.ts'
import type { ClusterApi } from './cluster-api.ts'
import type { LiveStream } from './render/live-area.ts'

/** The outer world of a command. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: LiveStream
  readonly stderr: LiveStream
  readonly environment: NodeJS.ProcessEnv
  /** The folder that the command was started in. */
  readonly folder: string
  /** The public API, loaded by those commands that need it. */
  readonly loadCluster: () => Promise<ClusterApi>
}

/** How to write to the people, or the programs, that called. */
export interface Terminal {
  /** Writes to standard output as it is. */
  readonly out: (text: string) => void
  /** Writes to standard error as it is. */
  readonly err: (text: string) => void
  readonly palette: Palette
  /** Colours of standard error, which may lead somewhere else. */
  readonly errPalette: Palette
  /** Standard output is a terminal that can be drawn over. */
  readonly isLive: boolean
  /** Somebody is there to answer questions. */
  readonly canAsk: boolean
  /** The terminal shows more than ASCII. */
  readonly unicode: boolean
  /** Columns of standard output; undefined when it is no terminal. */
  readonly width: number | undefined
}

/** Looks at the streams and the environment; `colour` is false after `--no-color`. */
export function terminalOf(surroundings: Surroundings, colour: boolean): Terminal {
  const { stdin, stdout, stderr, environment } = surroundings
  const isDumb = environment['TERM'] === 'dumb'
  const isTerminal = stdout.isTTY === true
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    palette: paletteFor(stdout, environment, colour),
    errPalette: paletteFor(stderr, environment, colour),
    isLive: isTerminal && !isDumb,
    canAsk: isTerminal && stdin.isTTY === true,
    unicode: isUnicode(environment),
    width: isTerminal ? (stdout.columns ?? 80) : undefined,
  }
}

/** `NO_COLOR` (no-color.org) and `FORCE_COLOR` count when they are not empty; `--no-color` counts most. */
function paletteFor(stream: LiveStream, environment: NodeJS.ProcessEnv, colour: boolean): Palette {
  const { NO_COLOR: none = '', FORCE_COLOR: forced = '', TERM: term } = environment
  if (!colour || none !== '') return NO_COLOURS
  if (forced !== '') return forced === '0' ? NO_COLOURS : createColors(true)
  return stream.isTTY === true && term !== 'dumb' ? createColors(true) : NO_COLOURS
}

/** The locale decides, in the order of setlocale(3); the Linux console has no glyphs for the spinner. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  return TERM !== 'linux' && /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
}
