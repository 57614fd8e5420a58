/** Runs command lines in the process of the tests, with streams that keep what is written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { ClusterApi } from '../../src/cli/cluster-api.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import { clientNames } from '../../src/api/clients/clients.ts'
import { chosenNode, chosenNodes } from '../../src/api/choose.ts'
import { versionDiagnostics } from '../../src/api/status/engine-versions.ts'
import { giveUpSecrets, unwishedSecrets } from '../../src/api/secrets/lost-secrets.ts'
import { rotateSecret } from '../../src/api/secrets/rotate-secret.ts'
import { forgetLeftNode, openWithBareNode } from '../../src/api/bare/open-bare.ts'
import { editCluster, writeEdit } from '../../src/api/edit/edit-cluster.ts'
import { exportNames, exportText } from '../../src/api/export/exports.ts'
import { importAnsible } from '../../src/api/import/import-ansible.ts'
import { openCluster } from '../../src/api/open.ts'
import { recreateSecrets } from '../../src/api/secrets/recreate-secrets.ts'
import { Bug } from '../../src/diagnostics/bug.ts'

/** How a command line ended. */
export interface CommandEnd {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What a command line is run in. */
export interface CommandOptions {
  readonly folder?: string
  /** What somebody at a terminal types; without it nobody is there. */
  readonly typed?: string
  /** What a pipe brings. */
  readonly piped?: string
  readonly environment?: NodeJS.ProcessEnv
  /** Parts of the API that are recorded instead of real; the cluster file is always read for real. */
  readonly api?: Partial<ClusterApi>
}

/** Runs `bramble WORDS...`. */
export async function bramble(words: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
  const isTerminal = options.typed !== undefined
  const stdout = capture(isTerminal)
  const stderr = capture(isTerminal)
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal, setRawMode: () => stdin })
  if (options.typed !== undefined) stdin.write(options.typed)
  else stdin.end(options.piped ?? '')
  const code = await runCli(words, {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: options.environment ?? {},
    folder: options.folder ?? process.cwd(),
    loadCluster: () => Promise.resolve(recordedApi(options.api ?? {})),
  })
  return { code, out: stdout.text(), err: stderr.text() }
}

function capture(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 24 })
  const parts: string[] = []
  stream.on('data', (chunk: Buffer) => parts.push(chunk.toString()))
  return { stream, text: () => parts.join('') }
}

/** What asks no node is real, like the cluster file. */
const chooses = { chosenNode, chosenNodes, clientNames, exportNames, exportText, importAnsible }
const ofBareNodes = { forgetLeftNode, openWithBareNode }
const ofEdits = { editCluster, writeEdit }
const ofSecrets = { giveUpSecrets, recreateSecrets, rotateSecret, unwishedSecrets }

/** What was not recorded must not be called. */
function recordedApi(parts: Partial<ClusterApi>): ClusterApi {
  return new Proxy(
    {
      openCluster,
      versionDiagnostics,
      ...chooses,
      ...ofBareNodes,
      ...ofEdits,
      ...ofSecrets,
      ...parts,
    } as ClusterApi,
    {
      get: (api, name) => {
        if (name === 'then' || name in api) return Reflect.get(api, name) as unknown
        throw new Bug(`the test did not record ${String(name)}`)
      },
    },
  )
}

/** A new folder that goes when the test is over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A cluster of five nodes in a folder of its own. */
export function officeFolder(): string {
  const folder = scratchFolder()
  const nodes = ['hammond', 'oneil', 'carter', 'jackson', 'tealc']
  const entries = nodes.map(
    (name, index) => `  ${name}: { address: 192.168.42.${index + 10}, model: pi4, memory: 4GiB }\n`,
  )
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `cluster: office\ndomain: office.example.net\nnodes:\n${entries.join('')}`,
  )
  return folder
}
