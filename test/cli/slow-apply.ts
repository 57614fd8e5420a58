/** A command line whose apply is recorded: a program of its own, for tests that need a real terminal around it. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ClusterApi } from '../../src/cli/cluster-api.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import type { RunOptions } from '../../src/api/index.ts'
import { openCluster } from '../../src/api/open.ts'
import type { Event } from '../../src/events/event.ts'
import { crowd, differs, finished, phase, recorded, runFinished, started } from './example-run.ts'

/** An apply that goes on until it is stopped, and with `--concurrency 1` does not stop even then. */
async function* apply(_cluster: unknown, options: RunOptions = {}): AsyncIterable<Event> {
  const [first, ...rest] = crowd(60)
  if (first) yield first
  yield* recorded(differs('pi-001', 'file:/etc/motd', 'create', 'it is not there'))
  const planned = recorded(
    started('apply', ['pi-001']),
    differs('pi-001', 'file:/etc/motd', 'create', 'it is not there'),
  )
  if (options.confirm && !(await options.confirm(planned))) return
  yield* rest
  while (!options.signal?.aborted || options.concurrency === 1) await pause(20)
  yield* recorded(
    finished('pi-030', 'changed'),
    phase('pi-031', 'converge'),
    runFinished('changed', { changed: 1 }),
  )
}

/** Asks for the password of sudo and tells how long it was. */
async function* plan(_cluster: unknown, options: RunOptions = {}): AsyncIterable<Event> {
  const password = (await options.sudoPassword?.()) ?? ''
  yield* recorded(
    started('plan', ['hammond']),
    differs('hammond', 'file:/x', 'update', `${password.length} characters`),
    runFinished('changed', { changed: 1 }),
  )
}

process.exit(
  await runCli(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    loadCluster: () => Promise.resolve({ openCluster, apply, plan } as unknown as ClusterApi),
  }),
)
