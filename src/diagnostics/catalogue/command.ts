/** Codes for what was typed on the command line. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with the filters of a run and other arguments, and how a command ends that cannot go on. */
export const commandCodes = defineCodes({
  FILTER_UNKNOWN: code<{ option: string; name: string; near?: string | undefined; known: readonly string[] }>(
    {
      origin: 'command',
      shownBy: 'src/programs/scope.test.ts',
      title: 'A filter that names something unknown',
      summary: ({ option, name }) => `${option} ${name} is not in the cluster file`,
      why: 'nothing was done, rather than less or more than was meant',
      fix: ({ near, known }) => {
        if (near !== undefined) return `did you mean ${near}?`
        return known.length > 0
          ? `there are: ${known.slice(0, 12).join(', ')}`
          : 'there are none; bramble check lists the nodes with their roles'
      },
      explain:
        '`--node` takes names of nodes, groups and roles, `all`, patterns over the names of nodes (`pi-*`), labels (`rack=2`, `labels:rack`), and the other keys of a selector: `has:speaker`, ' +
        '`model:pi4`, `architecture:arm64`, `memory:>=1GiB`. `node:`, `group:` and `role:` say what a name is the name of. `!` or `not:` before a word takes its nodes away, `&` or `and:` leaves ' +
        'only its nodes; what stands alone adds nodes, and without such a word all are meant. `--role` takes names of roles that some node has, with the same `!`, `&` and patterns. Both may be ' +
        'given several times or as lists with commas. A shell reads `!`, `&`, `*` and `>` itself: put the word between single quotes, or type `not:` and `and:`.',
    },
  ),
  FILTER_AMBIGUOUS: code<{ option: string; name: string }>({
    origin: 'command',
    shownBy: 'src/programs/scope.test.ts',
    title: 'A filter that is the name of a group and of a role',
    summary: ({ option, name }) => `${option} ${name} is the name of a group or node, and of a role`,
    why: 'nothing was done: they may be different nodes',
    fix: ({ name }) => `type role:${name}, group:${name} or node:${name}`,
    explain: 'A node and a group cannot have the same name; either of them and a role can.',
  }),
  FILTER_FITS_SEVERAL: code<{ word: string; names: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/cli/commands/ssh.test.ts',
    title: 'Several nodes where one is meant',
    summary: ({ word, names }) => `${word} fits ${names.length} nodes`,
    why: 'the command is about one node',
    fix: ({ names }) => `type one of: ${names.slice(0, 12).join(', ')}; bramble run works on several`,
    explain:
      'A command that is about one node takes the same words as `--node`, as long as they choose one node.',
  }),
  FILTER_MATCHES_NOTHING: code<{ words: readonly string[]; unknown: number }>({
    origin: 'command',
    shownBy: 'src/programs/scope.test.ts',
    title: 'Filters that leave no node',
    summary: ({ words }) => `no node fits ${words.join(' and ')}`,
    why: ({ unknown }) =>
      unknown > 0
        ? `nothing was done; an empty run would look like a success. The model or memory of ${unknown} ${unknown === 1 ? 'node' : 'nodes'} is not known`
        : 'nothing was done; an empty run would look like a success',
    fix: ({ unknown }) =>
      unknown > 0
        ? 'leave a word out; bramble check lists the nodes with their roles, bramble facts asks the nodes what they are'
        : 'leave a word out; bramble check lists the nodes with their roles',
    explain:
      'A node has to fit both `--node` and `--role` when both are given. A list that is empty, as from a variable that is not set, chooses nobody. Of a node whose model is not known, ' +
      'neither `model:pi4` nor `!model:pi4` is true.',
  }),
  LOGS_UNKNOWN: code<{ name: string; near?: string | undefined; known: readonly string[] }>({
    origin: 'command',
    shownBy: 'test/lab/looking.test.ts',
    title: 'Logs of something that is no unit, service or role',
    summary: ({ name }) => `${name} is no unit, no declared service and no role`,
    why: 'no node was asked',
    fix: ({ near, known }) =>
      near !== undefined ? `did you mean ${near}?` : `there are: ${known.slice(0, 12).join(', ')}`,
    explain:
      '`bramble logs` takes units of systemd (`ssh.service`; `ssh` is the same), services that the cluster file declares, and roles.',
  }),
  LOGS_WITHOUT_UNIT: code<{ name: string; what: 'service' | 'role'; isGiven?: boolean }>({
    origin: 'command',
    shownBy: 'src/api/logs/units.test.ts',
    title: 'Logs of something that no unit runs',
    summary: ({ name, what }) => `the ${what} ${name} has no unit of systemd, so no journal of its own`,
    why: 'no node was asked',
    fix: ({ name, isGiven }) =>
      isGiven === true
        ? `type bramble service logs ${name}: what runs it keeps what it writes`
        : 'name a unit, such as ssh.service, or leave the name out to read the whole journal',
    explain:
      'What a service writes stands in the journal of its unit (`run.unit` in the cluster file). A service without one is run by something else, which keeps its output: `bramble service logs NAME` asks whoever runs it.',
  }),
  SERVICE_UNKNOWN: code<{ name: string; near?: string | undefined; known: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/api/services/restart.test.ts',
    title: 'A service that the cluster file does not have',
    summary: ({ name }) => `the cluster file has no service ${name}`,
    why: 'nothing was touched',
    fix: ({ near, known }) =>
      near !== undefined
        ? `did you mean ${near}?`
        : known.length === 0
          ? 'declare it under services'
          : `type one of ${known.join(', ')}`,
    explain:
      'Services are those of `services:` in the cluster file. Units that roles bring are restarted on their nodes: `bramble run --sudo -n NODE systemctl restart UNIT`.',
  }),
  SERVICE_NOT_RESTARTED: code<{ name: string; is: string }>({
    origin: 'command',
    shownBy: 'src/api/services/restart.test.ts',
    title: 'A restart of something that does not run all the time',
    summary: ({ name, is }) => `${name} is ${is}, so there is nothing to begin anew`,
    why: 'nothing was touched',
    fix: 'leave it out; bramble service list shows when something runs next',
    explain:
      'What is only announced is run by somebody else, and each run of a schedule begins anew by itself. To run something now that is due later, ask who runs it: `nomad job periodic force NAME`, or `systemctl start bramble-NAME.service` on its node.',
  }),
  LOGS_UNREADABLE: code<{ node: string; status: number }>({
    origin: 'command',
    shownBy: 'test/lab/looking.test.ts',
    title: 'A node whose journal cannot be read',
    summary: ({ node, status }) =>
      status === 69
        ? `${node} keeps no journal that can be read: journalctl or systemctl is missing`
        : `journalctl ended with ${status} on ${node}`,
    why: 'what its units have written is not known',
    fix: ({ node }) => `look at the node: bramble run -n ${node} --sudo -- journalctl -n 5`,
    explain: 'Logs are read with `journalctl`, as root, in the way that the cluster file says.',
  }),
  INPUT_TOO_LONG: code<{ mebibytes: number }>({
    origin: 'command',
    shownBy: 'src/cli/commands/run.test.ts',
    title: 'Too much on standard input for many nodes',
    summary: ({ mebibytes }) => `there are more than ${mebibytes} MiB on standard input`,
    why: 'nothing was run: each node would hold all of it in memory',
    fix: 'copy the file to the nodes, and run the program on it there; bramble ssh-config lets scp and rsync know them',
    explain: '`bramble run --stdin` reads standard input to its end before it starts the program anywhere.',
  }),
  CONFIRMATION_MISSING: code<{
    command:
      'apply' | 'update' | 'upgrade' | 'secrets recreate' | 'node' | 'destroy' | 'reset' | 'vault migrate'
  }>({
    origin: 'command',
    shownBy: 'src/cli/commands/apply.test.ts',
    title: 'A change that nobody can agree to',
    summary: 'nobody is there to agree to the changes',
    why: ({ command }) =>
      `${command} shows what it would change and asks before it changes anything, which takes a terminal; nothing was changed`,
    fix: ({ command }) =>
      command === 'apply'
        ? 'read the plan, then run bramble apply --yes'
        : 'run the same command again with --yes',
    explain: 'In a script, in a pipe and with `--json` there is nobody to ask. `--yes` agrees beforehand.',
  }),
  ENGINE_UNKNOWN: code<{ engine: string; near?: string | undefined; known: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/api/upgrade.test.ts',
    title: 'An upgrade of an engine that the cluster does not have',
    summary: ({ engine }) => `no role of this cluster runs the engine ${engine}`,
    why: 'there is no version to change',
    fix: ({ near, known }) =>
      near
        ? `did you mean ${near}?`
        : known.length > 0
          ? `there are: ${known.join(', ')}`
          : 'add a role of an engine to the cluster file',
    explain:
      'An engine is what roles such as consul-server and consul-client install in one version on all their nodes.',
  }),
  ENGINE_VERSION_STATED: code<{ engine: string; now: string; to: string; key: string }>({
    origin: 'command',
    shownBy: 'src/api/upgrade.test.ts',
    title: 'An upgrade where the cluster file decides the version',
    summary: ({ engine, now }) => `the cluster file says that ${engine} is to be ${now}`,
    why: 'what the cluster file says wins over the cluster lock, so an upgrade there would change nothing',
    fix: ({ engine, to, key }) =>
      key === 'version'
        ? `write  version: ${to}  there and type  bramble plan; or delete the version and type  bramble upgrade ${engine}@${to}`
        : `write  source: release, version: ${to}  there and type  bramble plan`,
    explain:
      'A version that is written in the cluster file is what is wanted. Where none is written, the cluster lock pins the one that was applied first, and ' +
      '`bramble upgrade` moves the pin.',
  }),
  SET_UNUSABLE: code<{ text: string; problem: string }>({
    origin: 'command',
    shownBy: 'src/cluster-file/settings.test.ts',
    title: 'A setting that cannot be used',
    summary: ({ text, problem }) => `--set ${text} ${problem}`,
    why: 'nothing was done, rather than something else than was meant',
    fix: 'write it as KEY=VALUE, such as  --set roles.base.timezone=Europe/Lisbon',
    explain:
      '`--set` takes the way to a key of the cluster file, its steps separated by dots, and the value as it would be written in the file (YAML); without a value the key is taken out. It counts for one command: ' +
      'what is to stay belongs into the file.',
  }),
  CODE_UNKNOWN: code<{ name: string; near?: string | undefined }>({
    origin: 'command',
    shownBy: 'src/cli/commands/explain.test.ts',
    title: 'A code that does not exist',
    summary: ({ name }) => `there is no error or warning ${name}`,
    why: 'there is nothing to explain',
    fix: ({ near }) => (near ? `did you mean ${near}?` : 'bramble explain without a code lists all of them'),
    explain:
      'Codes are words in capital letters, such as `UNKNOWN_KEY`, and stand at the beginning of every error.',
  }),
  RUN_UNKNOWN: code<{ name: string; near?: string | undefined }>({
    origin: 'command',
    shownBy: 'src/cli/commands/log.test.ts',
    title: 'A run that is not in the journal',
    summary: ({ name }) => `there is no run ${name} in the journal`,
    why: 'there is nothing to show',
    fix: ({ near }) => (near ? `did you mean ${near}?` : 'bramble log lists the runs; the last 200 are kept'),
    explain:
      'Runs are kept in `.bramble/journal` beside the cluster file, on the computer that ran them. Their names begin with the date and time in UTC. ' +
      'The beginning of a name is enough when no other run begins so.',
  }),
  CLUSTER_FILE_THERE: code<{ file: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/init.test.ts',
    title: 'A first cluster file where there is one',
    summary: ({ file }) => `${file} is there already`,
    why: 'init writes a first cluster file and never replaces one',
    fix: 'edit the file, or run bramble init in another folder',
    explain: 'Every folder holds one cluster. `bramble check` tells whether the cluster file is in order.',
  }),
  ANSWERS_MISSING: code<{ options: readonly string[] }>({
    origin: 'command',
    shownBy: 'src/cli/commands/init.test.ts',
    title: 'A first cluster file without answers',
    summary: ({ options }) => `nobody is there to ask for ${options.join(', ')}`,
    why: 'a cluster file needs at least a name, a domain and one node',
    fix: 'give them, such as --name office --domain office.example.net --node hammond=192.168.1.10',
    explain: 'In a terminal `bramble init` asks; in a script the answers are options.',
  }),
  LAB_REFUSED: code<{ summary: string }>({
    origin: 'command',
    shownBy: 'src/cli/failures.test.ts',
    title: 'A lab that cannot be had here',
    summary: ({ summary }) => summary,
    why: 'virtual nodes are real systems and need what the lines above name',
    fix: 'do what the lines above say, then run the same command again',
    explain:
      'The lab makes virtual nodes with systemd-nspawn in network namespaces: it needs Linux, root, a few Debian packages and as much memory as the boards have in all.',
  }),
  LAB_FAILED: code<{ summary: string }>({
    origin: 'command',
    shownBy: 'src/cli/failures.test.ts',
    title: 'A lab that did not come up',
    summary: ({ summary }) => summary,
    why: 'a step on this computer ended with an error; the nodes that were up stay up',
    fix: 'run the same command again; if it fails alike, run bramble lab down and start anew',
    explain: 'The lines of output are what the failing program said; the file that is named holds all of it.',
  }),
  COMPUTER_REFUSED: code<{ problem: string }>({
    origin: 'command',
    shownBy: 'src/cli/failures.test.ts',
    title: 'Something that this computer does not let Bramble do',
    summary: ({ problem }) => problem,
    why: 'the command cannot go on without it',
    fix: 'see that the file or folder is there, that you may use it, and that the disk has room',
    explain: 'The summary is what the operating system said. `--debug` shows where in Bramble it happened.',
  }),
  NOT_UNDERSTOOD: code<{ problem: string }>({
    origin: 'command',
    shownBy: 'src/cli/json.test.ts',
    title: 'A command line that makes no sense',
    summary: ({ problem }) => problem,
    why: 'nothing was done, rather than something else than was meant',
    fix: 'bramble COMMAND --help shows what may be typed',
    explain:
      'People are told the same without a code. The exit status is 64, that of sysexits.h for a wrong command line (EX_USAGE).',
  }),
  OUTPUT_UNWRITABLE: code<{ stream: string; problem: string }>({
    origin: 'command',
    shownBy: 'src/cli/main.test.ts',
    title: 'An answer that could not be written',
    summary: ({ stream, problem }) => `${stream} cannot be written: ${problem}`,
    why: 'the work was done to its end, but what was to be said of it is lost',
    fix: 'make room where the output goes, or send it elsewhere; bramble log last has the events of a plan or an apply',
    explain:
      'A disk that is full or a terminal that is gone does not stop an apply in the middle: the command goes on and then ends with 1. ' +
      'A reader that has seen enough, such as `head`, is no failure: the command goes on and its exit status is that of its own verdict.',
  }),
  DEFECT: code<{ summary: string; file?: string | undefined }>({
    origin: 'command',
    shownBy: 'src/cli/failures.test.ts',
    title: 'A defect of Bramble',
    summary: ({ summary }) => `this is a defect of Bramble: ${summary}`,
    why: 'Bramble met something that it believed cannot happen, so it stopped; applying again is safe',
    fix: ({ file }) => (file ? `please report it, with ${file}` : 'please report it, with the lines below'),
    explain:
      'It is not your mistake. The report holds the version and the place in the program, and may quote what was being worked on: look through it ' +
      'before you send it.',
  }),
})
