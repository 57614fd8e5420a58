/** `bramble secrets`: lists, shows, rotates, imports and removes secrets, and changes who can read them. */
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { Option } from 'commander'
import { SECRET_KINDS, type SecretKind } from '../../secrets/secret-content.ts'
import type { SecretStore } from '../../secrets/store.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { askPassword, askYesNo } from '../ask.ts'
import { subcommand, type Command, type Session } from '../command.ts'
import { CommandRefusal, UsageError, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { showDiagnostics } from '../show-diagnostics.ts'
import { tell } from '../tell.ts'
import { jsonText } from '../render/json.ts'
import { renderTable } from '../render/table.ts'

/** Declares the command and what can be done. */
export function define(command: Command, session: Session): void {
  subcommand(command, 'list', 'list all secrets, without their values').action((_options, self) =>
    session.run(self, list),
  )
  subcommand(command, 'show', 'print the value of one secret')
    .argument('<name>', 'name of the secret, such as consul/gossip-key')
    .option('--field <field>', 'only this part of a secret that has several')
    .action((name, { field }, self) => session.run(self, (context) => show(context, name, field)))
  subcommand(command, 'rotate', 'give a secret a new value; the next apply brings it to the nodes')
    .argument('<name>', 'name of the secret')
    .action((name, _options, self) => session.run(self, (context) => rotate(context, name)))
  subcommand(command, 'import', 'take a value from standard input, or ask for it')
    .argument('<name>', 'name of the secret')
    .addOption(new Option('--kind <kind>', 'what it is').choices(SECRET_KINDS).default('text'))
    .option('--from <file>', 'read it from a file')
    .option('--replace', 'replace the value that is there')
    .action((name, options, self) =>
      session.run(self, (context) => take(context, name, options as ImportOptions)),
    )
  subcommand(command, 'remove', 'remove a secret; one that is needed is made anew by the next apply')
    .argument('<name>', 'name of the secret')
    .action((name, _options, self) => session.run(self, (context) => remove(context, name)))
  subcommand(command, 'recreate', 'give up secrets that are lost: the next apply makes them anew')
    .argument('[names...]', 'only these, lost or not; all that is lost when left out')
    .option('-y, --yes', 'agree to the cost beforehand')
    .action((names, options, self) => session.run(self, (context) => recreate(context, names, options)))
  subcommand(command, 'rekey', 'let exactly the people in secrets/recipients.txt read the secrets').action(
    (_options, self) => session.run(self, rekey),
  )
}

interface ImportOptions {
  readonly kind: SecretKind
  readonly from?: string
  readonly replace?: true
}

async function open(context: Context, mode: 'read' | 'create'): Promise<SecretStore> {
  const cluster = await context.openCluster({ beforeSecrets: true })
  const { openSecrets } = await import('../../secrets/store.ts')
  const store = await openSecrets({
    folder: cluster.paths.secretsFolder,
    cluster: cluster.name,
    mode,
    identityFile: cluster.identityFile,
    environment: context.surroundings.environment,
  })
  const { json = false, lab = false } = context.common
  showDiagnostics(context.terminal, await store.warnings(), { json, lab })
  return store
}

async function list(context: Context): Promise<ExitCode> {
  const { terminal, common } = context
  const secrets = (await open(context, 'read')).list()
  const api = await context.api()
  const names = secrets.map(({ name }) => name)
  const unused = new Set(api.unwishedSecrets(await context.openCluster({ beforeSecrets: true }), names))
  if (common.json) {
    const told = secrets.map((secret) => ({ ...secret, unused: unused.has(secret.name) }))
    terminal.out(jsonText(told))
    return EXIT.ok
  }
  const rows = secrets.map(({ name, kind, createdAt, hasPrevious }) => [
    { text: name },
    { text: kind },
    { text: createdAt.slice(0, 10) },
    { text: remark(unused.has(name), hasPrevious) },
  ])
  const columns = [{ title: 'NAME' }, { title: 'KIND' }, { title: 'MADE' }, { title: '' }]
  const lines = renderTable(columns, rows, { titleStyle: terminal.palette.dim })
  const none = 'There are no secrets yet; the first apply makes those that it needs.'
  terminal.out((secrets.length > 0 ? lines : [none]).map((line) => `${line}\n`).join(''))
  return EXIT.ok
}

function remark(isUnused: boolean, hasPrevious: boolean): string {
  return [...(isUnused ? ['nothing uses it'] : []), ...(hasPrevious ? ['the one before is kept'] : [])].join(
    '; ',
  )
}

/** The one place where a secret is shown: somebody asked for it by name. */
async function show(context: Context, name: string, field: string | undefined): Promise<ExitCode> {
  const { value } = (await open(context, 'read')).get(name)
  const part = typeof value === 'string' || field === undefined ? value : fieldOf(name, value, field)
  if (context.common.json) {
    context.terminal.out(jsonText({ name, ...(field !== undefined && { field }), value: part }))
    return EXIT.ok
  }
  const text = typeof part === 'string' ? part : JSON.stringify(part, undefined, 2)
  context.terminal.out(text.endsWith('\n') ? text : `${text}\n`)
  return EXIT.ok
}

function fieldOf(name: string, value: object, field: string): string {
  const found = Object.entries(value).find(([key]) => key === field)
  if (found) return String(found[1])
  throw new UsageError(`${name} has ${Object.keys(value).join(', ')}, not ${field}.`)
}

async function rotate(context: Context, name: string): Promise<ExitCode> {
  const store = await open(context, 'create')
  const api = await context.api()
  const next = api.rotateSecret(await context.openCluster({ beforeSecrets: true }), store, name)
  await store.save()
  if (!store.has(name)) await giveUp(context, name)
  const then =
    next === 'apply' ? 'run bramble apply' : `run bramble apply, then bramble secrets rotate ${name} again`
  tell(context, { rotated: name, next }, `${name} has a new value; ${then}.`)
  return EXIT.ok
}

async function take(
  context: Context,
  name: string,
  { kind, from, replace }: ImportOptions,
): Promise<ExitCode> {
  const store = await open(context, 'create')
  const { valueFromText } = await import('../../secrets/import-text.ts')
  const text = await secretText(context, name, from)
  store.import(name, kind, valueFromText(name, kind, text), { replace: replace ?? false })
  await store.save()
  tell(context, { imported: name }, `${name} is kept; run bramble apply.`)
  return EXIT.ok
}

/** Never from the arguments: every user of this computer can read those. */
async function secretText(
  { surroundings }: Context,
  name: string,
  from: string | undefined,
): Promise<string> {
  if (from !== undefined) return readFileSync(from, 'utf8')
  if (surroundings.stdin.isTTY) return askPassword(surroundings, `Value of ${name} (not shown): `)
  return (await buffer(surroundings.stdin)).toString('utf8')
}

/** It was taken away on purpose, so whatever needs it may have a new one. */
async function giveUp(context: Context, name: string): Promise<void> {
  const api = await context.api()
  await api.giveUpSecrets(await context.openCluster({ beforeSecrets: true }), [name])
}

async function remove(context: Context, name: string): Promise<ExitCode> {
  const store = await open(context, 'create')
  store.remove(name)
  await store.save()
  await giveUp(context, name)
  tell(context, { removed: name }, `${name} is removed.`)
  return EXIT.ok
}

async function recreate(
  context: Context,
  names: readonly string[],
  { yes }: { readonly yes?: true },
): Promise<ExitCode> {
  const { terminal, surroundings, common } = context
  const cluster = await context.openCluster({ beforeSecrets: true })
  const api = await context.api()
  const { secrets, aside, carryOut } = await api.recreateSecrets(cluster, names)
  if (secrets.length === 0) {
    terminal.out('Nothing is lost; there is nothing to make anew.\n')
    return EXIT.ok
  }
  const lines = [
    'The next apply makes anew:',
    ...secrets.map(({ name, cost }) => `  ${name}: ${cost}`),
    ...(aside === undefined ? [] : [`What nobody can open any more is moved to ${aside}.`]),
    'If a copy of them is anywhere (git, a backup, another computer), bring it back instead: that costs nothing.',
  ]
  terminal.out(lines.map((line) => `${line}\n`).join(''))
  if (yes !== true) {
    if (common.json || !terminal.canAsk) {
      throw new CommandRefusal(commandCodes.CONFIRMATION_MISSING({ command: 'secrets recreate' }))
    }
    if (!(await askYesNo(surroundings, 'Give them up?'))) {
      terminal.out('Nothing was changed.\n')
      return EXIT.failure
    }
  }
  await carryOut()
  terminal.out('Noted; run bramble apply.\n')
  return EXIT.ok
}

async function rekey(context: Context): Promise<ExitCode> {
  const store = await open(context, 'create')
  const { added, removed } = await store.rekey()
  await store.save()
  const lines = [...added.map((key) => `+ ${key}`), ...removed.map((key) => `- ${key}`)]
  const text = lines.length > 0 ? lines : ['The secrets have a new key; the same people can read them.']
  tell(context, { added, removed }, text.join('\n'))
  return EXIT.ok
}
