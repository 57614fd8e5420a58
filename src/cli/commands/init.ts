/** `bramble init`: writes a first cluster file, from questions in a terminal or from options in a script. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findClusterFile } from '../../cluster-file/find.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { collect, type Command, type Session } from '../command.ts'
import { CommandRefusal, UsageError, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'
import { firstClusterFile, type FirstAnswers, type FirstNode } from '../first-cluster-file.ts'
import { keyEntry, ownKey } from '../own-key.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .option('--name <name>', 'name of the cluster: a-z, 0-9 and hyphens')
    .option('--domain <domain>', 'a domain you own, or home.arpa')
    .option('--user <user>', 'user to log in as on every node')
    .option('--node <name=address>', 'a node; may be repeated, takes lists with commas', collect)
    .option('--key <file>', 'your public SSH key; the one in ~/.ssh when left out')
    .action((options, self) => session.run(self, (context) => init(context, options)))
}

interface InitOptions {
  readonly name?: string
  readonly domain?: string
  readonly user?: string
  readonly node?: readonly string[]
  readonly key?: string
}

async function init(context: Context, options: InitOptions): Promise<ExitCode> {
  const { folder, terminal, surroundings, common } = context
  refuseExisting(folder)
  const given = { ...options, nodes: (options.node ?? []).map(nodeOf) }
  const isComplete = given.name !== undefined && given.domain !== undefined && given.nodes.length > 0
  const key = given.key === undefined ? ownKey() : keyEntry(given.key, surroundings.folder, folder)
  const known: Given = { ...given, key }
  const answers = isComplete ? answersOf(known) : await askFor(context, known)
  // Loaded here: it knows all roles.
  const { answerProblems } = await import('../first-check.ts')
  const problems = await answerProblems(answers, folder)
  if (problems.length > 0) throw new CommandRefusal(...problems)
  const { clusterFileSchemaText } = await import('../cluster-file-schema.ts')
  mkdirSync(folder, { recursive: true })
  const texts: readonly (readonly [name: string, text: string])[] = [
    ['cluster.yaml', firstClusterFile(answers)],
    ['cluster.schema.json', clusterFileSchemaText()],
    ['.gitignore', '.bramble/\n'],
  ]
  const written = texts.filter(([name, text]) => writeNew(join(folder, name), text)).map(([name]) => name)
  const place = relative(surroundings.folder, folder)
  if (common.json) {
    terminal.out(jsonText({ folder, written }))
    return EXIT.ok
  }
  terminal.out(writtenText(written, place, answers))
  return EXIT.ok
}

/** `place` is where the files are, as seen from where the command was typed; empty when it is the same folder. */
function writtenText(written: readonly string[], place: string, { key }: FirstAnswers): string {
  const there = place === '' ? '' : ` -C ${place}`
  return [
    `Wrote ${written.join(', ')}${place === '' ? '' : ` in ${place}`}.`,
    key === undefined
      ? 'No public SSH key was found in ~/.ssh: type  ssh-keygen -t ed25519,  then name it under access.authorized_keys.'
      : `Who may log in to the nodes: ${key}`,
    '',
    'Next:',
    `  bramble${there} check     # is the file in order?`,
    `  bramble${there} lab up    # rehearse it with virtual nodes on this computer, then add --lab to any command`,
    `  bramble${there} plan      # what would change on the boards?`,
    '',
  ].join('\n')
}

function refuseExisting(folder: string): void {
  const found = findClusterFile(folder)
  if ('path' in found) throw new CommandRefusal(commandCodes.CLUSTER_FILE_THERE({ file: found.path }))
  if (found.diagnostic.code !== 'CLUSTER_FILE_MISSING') throw new CommandRefusal(found.diagnostic)
}

type Given = Omit<InitOptions, 'key'> & {
  readonly nodes: readonly FirstNode[]
  readonly key: string | undefined
}

function answersOf({ name = '', domain = '', user = 'pi', key, nodes }: Given): FirstAnswers {
  return { name, domain, user, nodes, ...(key !== undefined && { key }) }
}

async function askFor({ terminal, folder }: Context, given: Given): Promise<FirstAnswers> {
  if (!terminal.canAsk) {
    const missing = [
      ...(given.name === undefined ? ['--name'] : []),
      ...(given.domain === undefined ? ['--domain'] : []),
      ...(given.nodes.length === 0 ? ['--node'] : []),
    ]
    throw new CommandRefusal(commandCodes.ANSWERS_MISSING({ options: missing }))
  }
  const { askFirstAnswers } = await import('../first-questions.ts')
  return askFirstAnswers(answersOf(given), folder)
}

/** `hammond=192.168.1.10`; without an address the name has to be one that SSH finds. */
function nodeOf(text: string): FirstNode {
  const [name = '', address, ...rest] = text.split('=')
  if (name === '' || address === '' || rest.length > 0) {
    throw new UsageError(`--node takes name=address, such as hammond=192.168.1.10, not ${text}`)
  }
  return address === undefined ? { name } : { name, address }
}

/** Never over a file that is there: it may hold somebody's work. */
function writeNew(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
