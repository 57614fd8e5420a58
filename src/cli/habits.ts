/** What other tools call things: who types one of these names is told what it is called here. */
import { UsageError } from './context.ts'
import { newCommand, type Command } from './command.ts'

/** A command of ours, and for what. */
type Here = readonly [command: string, what: string]

interface Habit {
  readonly names: readonly string[]
  readonly here: readonly Here[]
}

const APPLY: Here = ['bramble apply', 'make the boards as the cluster file says']
const STATUS: Here = ['bramble status', 'how all of it stands']

/** By what people reach for; docs/coming-from.md has the same, tool by tool. */
const HABITS: readonly Habit[] = [
  {
    names: ['new', 'create'],
    here: [
      ['bramble init', 'a first cluster file'],
      ['bramble node add', 'one more node'],
    ],
  },
  { names: ['validate', 'lint'], here: [['bramble check', 'without asking any node']] },
  { names: ['format'], here: [['bramble fmt', 'the form of the cluster file']] },
  { names: ['diff', 'preview', 'dry-run'], here: [['bramble plan', 'what would change, and why']] },
  {
    names: ['graph'],
    here: [
      ['bramble plan', 'it ends with the order of the nodes'],
      ['bramble check', 'which roles come to which nodes'],
    ],
  },
  {
    names: ['deploy', 'up', 'sync', 'converge', 'setup', 'redeploy'],
    here: [APPLY, ['bramble lab up', 'virtual nodes to try it on']],
  },
  {
    names: ['playbook'],
    here: [['bramble check', 'the syntax'], ['bramble plan', 'what would change'], APPLY],
  },
  {
    names: ['get', 'list', 'ls', 'ps', 'details', 'state', 'cluster-info', 'health', 'ping'],
    here: [STATUS, ['bramble secrets list', 'the secrets'], ['bramble ports', 'who may reach what']],
  },
  {
    names: ['describe', 'show'],
    here: [
      ['bramble status -n NODE', 'how one node stands'],
      ['bramble secrets show NAME', 'a secret'],
      ['bramble explain NAME', 'a role, a kind or a code'],
    ],
  },
  {
    names: ['inventory', 'config'],
    here: [
      ['bramble check', 'what the cluster file comes to'],
      ['bramble import ansible INVENTORY', 'an inventory as a cluster file'],
      ['bramble export ansible', 'the cluster file as an inventory'],
      ['bramble env ENGINE', "the variables of an engine's client"],
    ],
  },
  { names: ['gather', 'refresh'], here: [['bramble facts', 'what boards say of themselves'], STATUS] },
  {
    names: ['output'],
    here: [
      ['bramble secrets show NAME', 'a value that was made'],
      ['bramble export terraform-vars', 'the nodes'],
      ['bramble env ENGINE', "the variables of an engine's client"],
    ],
  },
  { names: ['kubeconfig'], here: [['bramble env ENGINE', "the variables of an engine's client"]] },
  {
    names: ['secret'],
    here: [
      ['bramble secrets list', 'the secrets'],
      ['bramble secrets show NAME', 'one of them'],
      ['bramble secrets rekey', 'encrypted for others'],
    ],
  },
  {
    names: ['exec', 'app', 'server', 'command'],
    here: [
      ['bramble run -n NODES -- PROGRAM', 'on many nodes'],
      ['bramble ssh NODE -- PROGRAM', 'on one, with a terminal'],
    ],
  },
  { names: ['shell', 'console', 'login', 'attach', 'debug'], here: [['bramble ssh NODE', 'log in']] },
  { names: ['cp', 'scp', 'copy'], here: [['bramble ssh-config', 'for scp -F and rsync']] },
  { names: ['journal', 'journalctl'], here: [['bramble logs UNIT', 'over all nodes, in time order']] },
  { names: ['stats', 'metrics'], here: [['bramble top', 'memory, heat, disk and wear of the boards']] },
  { names: ['watch'], here: [['bramble status --watch', 'until Ctrl-C']] },
  {
    names: ['port-forward', 'proxy', 'tunnel'],
    here: [['bramble connect ENGINE', 'a way that is held open']],
  },
  {
    names: ['restart', 'reboot'],
    here: [
      ['bramble run -n NODES --sudo -- systemctl restart UNIT', 'by hand'],
      ['bramble apply', 'restarts what a change asks for, in turns'],
    ],
  },
  { names: ['join', 'add'], here: [['bramble node add NAME', 'writes it into the cluster file']] },
  {
    names: ['drain', 'cordon', 'uncordon'],
    here: [
      ['bramble reset NODE', 'lays a node bare, behind the guard of its groups'],
      ['bramble explain ROLE', 'a role whose work can be moved off has an option for it'],
    ],
  },
  {
    names: ['delete', 'down', 'teardown', 'uninstall', 'remove', 'rm'],
    here: [
      ['bramble reset NODE', 'one node back to a bare board'],
      ['bramble node remove NODE', 'out of the cluster file'],
      ['bramble destroy', 'everything from all nodes'],
    ],
  },
  {
    names: ['taint', 'untaint', 'replace'],
    here: [
      ['bramble reset NODE', 'then bramble apply makes it anew'],
      ['bramble secrets rotate NAME', 'a new value of a secret'],
    ],
  },
  {
    names: ['rollback', 'rollout', 'undo'],
    here: [
      ['bramble apply', 'after git has brought the former cluster file back'],
      ['bramble upgrade', 'to newer versions, in turns'],
      ['bramble log', 'what was done'],
    ],
  },
  { names: ['history', 'audit', 'events'], here: [['bramble log', 'the runs of the past']] },
  {
    names: ['adopt'],
    here: [
      ['bramble apply', 'takes what is as wanted for what it is, and changes nothing of it'],
      ['bramble secrets import NAME', 'a secret that you have'],
    ],
  },
  { names: ['scale'], here: [['bramble node add NAME', 'or edit a group of the cluster file'], APPLY] },
  {
    names: ['edit'],
    here: [['bramble node rename NODE NAME', 'likewise add and remove; the rest is the cluster file'], APPLY],
  },
  {
    names: ['lock', 'unlock', 'force-unlock'],
    here: [
      ['bramble apply --take-over', 'from a run that holds nodes'],
      ['bramble apply --wait-lock SECONDS', 'behind it'],
    ],
  },
  { names: ['workspace', 'context'], here: [['bramble -C FOLDER status', 'one folder is one cluster']] },
  {
    names: ['doc', 'docs', 'man'],
    here: [
      ['bramble explain NAME', 'a role, a kind or a code'],
      ['bramble help COMMAND', 'a command'],
    ],
  },
]

/** What is said to who types the name; undefined for a name that nobody is used to. */
export function habitText(name: string): string | undefined {
  const habit = HABITS.find(({ names }) => names.includes(name))
  const commands = habit?.here.map(([command, what]) => `${command} (${what})`)
  return commands && `there is no command '${name}'; here it is ${commands.join(', or ')}`
}

/** Lets the program answer those names among the words; the help and the completions know nothing of them. */
export function withHabits(program: Command, words: readonly string[]): void {
  for (const word of new Set(words)) {
    const text = habitText(word)
    if (text === undefined) continue
    const command = newCommand(word, '')
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new UsageError(text)
      })
    program.addCommand(command, { hidden: true })
  }
}
