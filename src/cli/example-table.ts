/** Examples of the commands that bring none of their own. */
/** A command line, and what it does in a few words. */
export type Example = readonly [words: string, what: string]

/** By the command's words. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  bramble: [
    ['bramble init', 'write a first cluster file'],
    ['bramble --lab plan', 'try it on virtual nodes, without a board'],
    ['bramble apply', 'make the boards so'],
  ],
  'bramble init': [
    ['bramble init', 'answer questions'],
    ['bramble init --name office --node hammond=192.168.42.10', 'say it all beforehand'],
  ],
  'bramble check': [
    ['bramble check', 'which roles come to which nodes'],
    ['bramble check -f sites/harbour.yaml --json', 'for a program'],
  ],
  'bramble fmt': [
    ['bramble fmt', 'write the cluster file in its canonical form'],
    ['bramble fmt --check --diff', 'only look; 2 when something would change'],
    ['bramble fmt - <cluster.yaml', 'as a filter, for an editor'],
  ],
  'bramble facts': [
    ['bramble facts', 'ask all nodes what they are'],
    ['bramble facts hammond oneil', 'ask these two'],
  ],
  'bramble plan': [
    ['bramble plan', 'what would change, and why'],
    ['bramble plan -n core --out plan.json', 'keep the plan for the nodes of core'],
    ['bramble plan --detailed-exitcode --quiet', 'in a script: 2 when something differs'],
  ],
  'bramble apply': [
    ['bramble apply', 'show the plan, ask, carry it out'],
    ['bramble apply plan.json', 'do exactly what a kept plan says'],
    ['bramble apply --yes --wait-lock 600', 'in a script, behind another run'],
  ],
  'bramble update': [
    ['bramble update', 'what waits and which restarts are due; ask, and do it'],
    ['bramble update --yes --node core', 'in a script, the nodes of core'],
    ['bramble update --now', 'also while the window is closed'],
  ],
  'bramble upgrade': [
    ['bramble upgrade', 'which versions there are'],
    ['bramble upgrade consul', 'pin the newest of one engine'],
    ['bramble upgrade --yes', 'all of them, in a script'],
  ],
  'bramble status': [
    ['bramble status', 'how all of it stands'],
    ['bramble status -n hammond --json', 'one node, for a program'],
  ],
  'bramble ports': [['bramble ports', 'who may reach what, and why']],
  'bramble ssh': [
    ['bramble ssh hammond', 'log in'],
    ['bramble ssh hammond -- uptime', 'run a program there'],
  ],
  'bramble ssh-config': [['bramble ssh-config >~/.ssh/config.d/office', 'for ssh, scp and editors']],
  'bramble env': [
    ['bramble env consul', 'the variables, for eval "$(bramble env consul)"'],
    ['bramble env consul --unset', 'take them back'],
  ],
  'bramble connect': [
    ['bramble connect consul', 'hold a way to Consul open'],
    ['bramble connect consul -- consul members', 'for one command'],
    ['bramble connect docker -n ant -- docker ps', 'to the engine of one node'],
  ],
  'bramble disconnect': [
    ['bramble disconnect', 'all of this cluster'],
    ['bramble disconnect -n ant', 'the one to a node'],
  ],
  'bramble secrets list': [['bramble secrets list', 'which secrets there are']],
  'bramble secrets show': [['bramble secrets show consul/management', 'one value']],
  'bramble secrets rotate': [['bramble secrets rotate consul/gossip', 'make a new value; apply brings it']],
  'bramble secrets import': [
    ['bramble secrets import consul/gossip <key.txt', 'take over a value that exists'],
  ],
  'bramble secrets remove': [['bramble secrets remove old/token', 'forget one']],
  'bramble secrets recreate': [['bramble secrets recreate', 'make anew what was lost']],
  'bramble secrets rekey': [['bramble secrets rekey', 'encrypt for the recipients that there are now']],
  'bramble log': [
    ['bramble log', 'the runs of the past'],
    ['bramble log last', 'replay the newest'],
  ],
  'bramble lab up': [
    ['bramble lab up', 'virtual nodes out of the cluster file'],
    ['bramble lab up --emulate nas,gate', 'these two with a kernel of their own'],
  ],
  'bramble lab down': [
    ['bramble lab down', 'all of it'],
    ['bramble lab down hammond', 'one node with its disk'],
  ],
  'bramble lab list': [['bramble lab list', 'the labs of this computer']],
  'bramble lab ssh': [['bramble lab ssh hammond', 'log in to a virtual node']],
  'bramble lab cut': [['bramble lab cut hammond', 'pull its network cable']],
  'bramble lab mend': [['bramble lab mend hammond', 'put the cable back']],
  'bramble lab kill': [['bramble lab kill hammond', 'pull its plug']],
  'bramble lab start': [
    ['bramble lab start hammond', 'put the plug back'],
    ['bramble lab start nas --clock 2019-03-01', 'an emulated node, years behind'],
  ],
  'bramble explain': [
    ['bramble explain NODE_BUSY', 'what a code means and what to do'],
    ['bramble explain', 'all codes'],
  ],
  'bramble schema': [
    ['bramble schema >cluster.schema.json', 'for an editor'],
    ['bramble schema --part >part.schema.json', 'for files that the cluster file includes'],
  ],
  'bramble completion': [['bramble completion bash >~/.bramble-completion', 'for source in ~/.bashrc']],
  'bramble version': [['bramble version --json', 'for a program']],
}
