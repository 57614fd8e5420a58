/** The shell that a session runs on the node: parts of real files, put together once. */
import { parts } from './scripts.generated.ts'

function script(...names: readonly (keyof typeof parts)[]): string {
  return names.map((name) => parts[name]).join('')
}

/** The scripts by what they are for; the arguments of each are told in its file. */
export const SCRIPTS = {
  observe: script('node', 'observe'),
  release: script('node', 'drop', 'release'),
  converge: script('node', 'drop', 'follow', 'converge'),
  rejoin: script('node', 'follow', 'rejoin'),
  confirm: script('node', 'confirm'),
  oust: script('node', 'oust'),
  command: script('node', 'command'),
  put: script('node', 'put'),
  group: script('node', 'group'),
} as const

/** Argument of the script `converge`: what runs apart from the session. */
export const RUNNER = parts.runner
