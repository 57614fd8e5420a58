/** All verbs, in the order of the help: what they are called, what they do, and where they are. */
import type { Verb } from './command.ts'

/** The verbs. */
export const VERBS: readonly Verb[] = [
  { name: 'init', summary: 'write a first cluster file', load: () => import('./commands/init.ts') },
  {
    name: 'import',
    summary: 'take an inventory of Ansible over as a cluster file',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'export',
    summary: 'write the cluster down for Ansible, Prometheus, Terraform, ssh or hosts(5)',
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'check',
    summary: 'check the cluster file, without asking any node',
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'fmt',
    summary: 'bring the cluster file into its canonical form',
    load: () => import('./commands/fmt.ts'),
  },
  {
    name: 'facts',
    summary: 'read the facts of live nodes into the cluster lock',
    load: () => import('./commands/facts.ts'),
  },
  {
    name: 'plan',
    summary: 'show what an apply would change, and why',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'apply',
    summary: 'make the cluster as the cluster file says',
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'node',
    summary: 'add, remove or rename a node in the cluster file, with the plan shown',
    load: () => import('./commands/node.ts'),
  },
  {
    name: 'reset',
    summary: 'take everything from one node that Bramble made there',
    load: () => import('./commands/reset.ts'),
  },
  {
    name: 'destroy',
    summary: 'take everything from all nodes that Bramble made there',
    load: () => import('./commands/destroy.ts'),
  },
  {
    name: 'update',
    summary: 'bring packages up to date and start boards anew, one node at a time',
    load: () => import('./commands/update.ts'),
  },
  {
    name: 'upgrade',
    summary: 'pin a newer version of an engine in the cluster lock',
    load: () => import('./commands/upgrade.ts'),
  },
  {
    name: 'status',
    summary: 'show what is wanted against what is',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'service',
    summary: 'show where services run and how they stand, or begin them anew',
    load: () => import('./commands/service.ts'),
  },
  {
    name: 'top',
    summary: 'show memory, heat, throttling, disk and wear of the boards, worst first',
    load: () => import('./commands/top.ts'),
  },
  {
    name: 'backup',
    summary: 'save what is worth keeping on the nodes, list it, give it back',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'vault',
    summary: 'move what Vault holds to another storage',
    load: () => import('./commands/vault.ts'),
  },
  {
    name: 'logs',
    summary: 'show what units have written on many nodes, in the order of its times',
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'ports',
    summary: 'show who may reach what on which node, and why',
    load: () => import('./commands/ports.ts'),
  },
  {
    name: 'run',
    summary: 'run a program or a line of shell on many nodes',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'ssh',
    summary: 'log in to a node, or run a command there',
    load: () => import('./commands/ssh.ts'),
  },
  {
    name: 'ssh-config',
    summary: 'print an OpenSSH configuration for all nodes',
    load: () => import('./commands/ssh-config.ts'),
  },
  {
    name: 'env',
    summary: "print the variables that an engine's own client goes by",
    load: () => import('./commands/env.ts'),
  },
  {
    name: 'connect',
    summary: 'hold a way to an engine open for its own client',
    load: () => import('./commands/connect.ts'),
  },
  {
    name: 'disconnect',
    summary: 'end the connections that were kept for the next run',
    load: () => import('./commands/disconnect.ts'),
  },
  {
    name: 'secrets',
    summary: 'list, show, rotate and import secrets',
    load: () => import('./commands/secrets.ts'),
  },
  {
    name: 'log',
    summary: 'list the runs of the past, or replay one',
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'lab',
    summary: 'virtual nodes on this computer, made from the cluster file',
    load: () => import('./commands/lab.ts'),
  },
  { name: 'explain', summary: 'explain an error code', load: () => import('./commands/explain.ts') },
  {
    name: 'schema',
    summary: 'print the JSON Schema of the cluster file',
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'completion',
    summary: 'print the completions for a shell',
    load: () => import('./commands/completion.ts'),
  },
  { name: 'version', summary: 'show the version', load: () => import('./commands/version.ts') },
]
