/** Codes for roles and kinds of the user's own, beside the cluster file. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with a role or a kind of one's own, and with what roles make together. */
export const ownPartCodes = defineCodes({
  OWN_FILE_FAILED: code<{ file: string; problem: string }>({
    origin: 'cluster',
    shownBy: 'src/api/own/own.test.ts',
    title: 'An own role or kind that cannot be loaded',
    summary: ({ file, problem }) => `${file} cannot be loaded: ${problem}`,
    why: 'what it is to do on the nodes is not known',
    fix: ({ file }) => `mend ${file} at this place`,
    explain:
      'Every `roles/NAME.ts` and `kinds/NAME/NAME.ts` beside the cluster file is run when the cluster is opened. What it throws, and what is no TypeScript, is told with its line. ' +
      'Everything that a role is made of is imported from `bramble`.',
  }),
  OWN_FILE_WRONG: code<{ file: string; what: 'role' | 'kind'; problem: string; fix: string }>({
    origin: 'cluster',
    shownBy: 'src/api/own/own.test.ts',
    title: 'An own role or kind that lacks something',
    summary: ({ file, problem }) => `${file} ${problem}`,
    why: ({ what }) => `it cannot be used as a ${what}`,
    fix: ({ fix }) => fix,
    explain:
      'The default export of `roles/NAME.ts` is what `defineRole` gives, and that of `kinds/NAME/NAME.ts` is what `defineKind` gives. Both are called as their file: so that a name in the cluster file ' +
      'leads to the file. Beside a kind lies its shell, `kinds/NAME/NAME.sh`, with the functions `NAME_check`, `NAME_converge`, `NAME_before` and `NAME_remove` (`-` in a name becomes `_`).',
  }),
  OWN_NAME_TAKEN: code<{ what: 'role' | 'kind'; name: string }>({
    origin: 'cluster',
    shownBy: 'src/api/own/own.test.ts',
    title: 'An own role or kind with the name of one that Bramble has',
    summary: ({ what, name }) => `Bramble has a ${what} called ${name} already`,
    why: 'the cluster file would mean one or the other',
    fix: ({ what, name }) =>
      `call yours otherwise, such as my-${name}: rename the ${what === 'role' ? 'file' : 'folder and its files'} and its name`,
    explain:
      'A name means the same in every cluster file. The references list the roles and kinds that Bramble has; a new version may bring more.',
  }),
  OWN_ROLE_FAILED: code<{ role: string; step: string; problem: string }>({
    origin: 'cluster',
    shownBy: 'src/api/own/own.test.ts',
    title: 'An own role that fails while it is asked',
    summary: ({ role, step, problem }) => `the role ${role} fails in ${step}: ${problem}`,
    why: 'what it is to do on the nodes is not known',
    fix: 'mend the role at this place',
    explain:
      'A role is asked what its nodes are to have whenever the cluster is opened. It gives a list of resources, made by the constructors that `bramble` exports; a constructor throws when it is given ' +
      'what its kind does not take.',
  }),
  OWN_SHELL_WRONG: code<{ file: string; problem: string; fix: string }>({
    origin: 'cluster',
    shownBy: 'src/api/own/own.test.ts',
    title: 'The shell of an own kind that no node could run',
    summary: ({ file, problem }) => `${file} ${problem}`,
    why: 'it becomes a part of the program of each node that has the kind',
    fix: ({ fix }) => fix,
    explain:
      'The shell of a kind holds functions and nothing else, each called by the name of the kind and `_`, in POSIX sh: it is read by dash and by the ash of busybox. ARCHITECTURE.md tells what each function is given, ' +
      'under "A kind".',
  }),
  RESOURCE_WANTED_TWICE: code<{
    address: string
    nodes: readonly string[]
    roles: readonly [string, string]
  }>({
    origin: 'cluster',
    shownBy: 'src/programs/resource-problems.test.ts',
    title: 'Two uses of roles that want one thing differently',
    summary: ({ address, nodes: [node, ...others] }) =>
      `${address} is wanted in two ways on ${node}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    why: ({ roles: [one, other] }) =>
      `${one === other ? `two uses of ${one}` : `${one} and ${other}`} would undo each other`,
    fix: 'take it out of one of the two, or put them on different nodes',
    explain:
      'Two uses may ask for the same thing, such as a package. They may not ask for one path with two contents, or for one unit that is to run and not to run.',
  }),
  RESOURCE_NEED_MISSING: code<{ address: string; need: string; node: string }>({
    origin: 'cluster',
    shownBy: 'src/programs/resource-problems.test.ts',
    title: 'Something stands on what the node does not have',
    summary: ({ address, need, node }) => `${address} needs ${need}, which ${node} does not have`,
    why: 'it would be made before what it needs, or read what nobody writes',
    fix: ({ need }) => `have a role on the node make ${need}, or take the need out`,
    explain:
      'What a resource needs, and what a unit reads when it starts, has to be a resource of the same node: so the order is right, and a unit is restarted when it runs with something else.',
  }),
  RESOURCE_CIRCLE: code<{ node: string; problem: string }>({
    origin: 'cluster',
    shownBy: 'src/programs/resource-problems.test.ts',
    title: 'Things that need each other in a circle',
    summary: ({ problem, node }) => `on ${node} ${problem}`,
    why: 'there is no order in which they could be made',
    fix: 'take one of the needs out',
    explain: 'Resources are made in the order of their needs. A circle has no first one.',
  }),
})
