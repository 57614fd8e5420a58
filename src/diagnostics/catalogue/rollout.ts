/** Codes for what keeps a rollout from going on: the lock of a consensus group, an engine that cannot be asked or is not well. */
import { code, defineCodes } from '../define-codes.ts'

const LOCK_TEST = 'src/rollout/group-lock.test.ts'
const OFFERS_TEST = 'src/rollout/further-rounds.test.ts'
const ENGINES_TEST = 'src/rollout/engines.test.ts'

/** What can go wrong between the nodes of a run. */
export const rolloutCodes = defineCodes({
  NODE_NOT_DRAINED: code<{ node: string; engine: string; reason: string }>({
    severity: 'warning',
    origin: 'delivery',
    shownBy: 'src/rollout/drained.test.ts',
    title: 'What runs on a node was not moved off before it was interrupted',
    summary: ({ node, engine, reason }) =>
      `what ${engine} runs on ${node} was not moved to others: ${reason}`,
    why: 'it was interrupted with the node, and went on when the engine noticed',
    fix: 'nothing, when the engine is well again after this apply; bramble status says so',
    explain:
      'Before a step that takes a node out of service its engine is asked to move the work to other nodes. Where the engine cannot do that the step is taken all the same, ' +
      'because what mends an engine must not need it.',
  }),
  NODE_STAYS_DRAINED: code<{ node: string; engine: string; reason: string }>({
    origin: 'delivery',
    shownBy: 'src/rollout/drained.test.ts',
    title: 'A node that got no work back after its step',
    summary: ({ node, engine, reason }) =>
      `${node} was changed, and ${engine} gives it no work yet: ${reason}`,
    why: 'its work was moved to other nodes for the step',
    fix: 'run bramble apply again: it lets work come back to nodes that an earlier run has drained',
    explain:
      'A node that was drained for a step is marked in its engine. The run that did it lets work come back; when that fails, or the run is cut off, the next apply does.',
  }),
  GROUP_BUSY: code<{ group: string; by: string; run: string; sinceSeconds: number }>({
    origin: 'delivery',
    shownBy: LOCK_TEST,
    title: 'Another run changes members of the same consensus group',
    summary: ({ group, by, sinceSeconds }) => `${by} holds the group ${group} since ${sinceSeconds} s`,
    why: ({ run }) => `two runs that each stop one member stop the group; the other one is ${run}`,
    fix: 'wait for it and run bramble apply again; or, if you know that it is over, add --take-over',
    explain:
      'Members of a consensus group (Consul servers, for instance) are changed one at a time, whoever does it and from wherever. A run has the group when it ' +
      'has the lease of most of its members, so a member that restarts does not lose it. The lease ends five minutes after the last word of its controller, ' +
      'never while a program of that run is still at work on a member. `--take-over` takes it away from a run that is over.',
  }),
  GROUP_MEMBER_AT_WORK: code<{ group: string; run: string; member: string }>({
    origin: 'delivery',
    shownBy: LOCK_TEST,
    title: 'The program of another run is at work on a member of the group',
    summary: ({ group, run, member }) => `run ${run} is still at work on ${member}, a member of ${group}`,
    why: 'it may stop its member at any moment, so no other member is interrupted meanwhile',
    fix: ({ member }) =>
      `wait for its end and run bramble apply again; or end it: bramble apply --node ${member} --take-over`,
    explain:
      'A program goes on when its controller is gone, and holds its node until it is over. While it is at work on a member of a consensus group, nobody else ' +
      'is given the group, whoever had it. `--take-over` on that node ends the program.',
  }),
  GROUP_OUT_OF_REACH: code<{ group: string; granted: number; needed: number; missing: string }>({
    origin: 'delivery',
    shownBy: LOCK_TEST,
    title: 'Too few members of a consensus group answer over SSH',
    summary: ({ group, granted, needed }) =>
      `${granted} of the ${needed} members that it takes to hold the group ${group} answer`,
    why: ({ missing }) =>
      `without them nobody knows whether another run is changing a member right now; ${missing}`,
    fix: 'make the members reachable over SSH, then run bramble apply again',
    explain:
      'A serving member is only interrupted by a run that holds the group, and it takes most of the members to hold it. ' +
      'A member that serves nothing may be mended all the same.',
  }),
  GROUP_REPLACED_WHOLE: code<{ group: string; voters: readonly string[]; isTaken: boolean }>({
    origin: 'delivery',
    shownBy: 'src/rollout/moves.test.ts',
    title: 'No member of a consensus group would stay',
    summary: ({ group, voters }) => `none of those who vote in ${group} would stay: ${voters.join(', ')}`,
    why: 'new members learn everything from one that stays; without one they would begin anew, with nothing in it',
    fix: ({ isTaken }) =>
      isTaken
        ? 'to keep what they know, let another member join first: bramble apply; to lose it, take everything away: bramble destroy'
        : 'leave at least one of them, run bramble apply, and take it out with a second one',
    explain:
      'Members of a consensus group (Consul servers, for instance) are moved in one apply: the new ones join and vote first, then the old ones leave. ' +
      'The new ones get what the group knows from the old ones, and find them by the members that both have in common. ' +
      'For the same reason `bramble reset` leaves the last member that votes. Nothing of the group was touched.',
  }),
  OFFER_NOT_MADE: code<{ engine: string; offers: readonly string[]; reason?: string | undefined }>({
    origin: 'delivery',
    shownBy: OFFERS_TEST,
    title: 'An engine has not made, or nobody could keep, a value that others wait for',
    summary: ({ engine, offers, reason }) =>
      reason === undefined
        ? `${engine} has not made ${offers.join(', ')}`
        : `what ${engine} made could not be kept (${offers.join(', ')}): ${reason}`,
    why: 'only the running engine can make it, and what stands on it is left as it is until then',
    fix: 'mend what the run says of the engine, then run bramble apply again; a value that you have: bramble secrets import NAME',
    explain:
      'Some values come from a running engine alone, such as the keys that open a Vault. A role offers them by name; they are encrypted into the folder ' +
      '`secrets` before anything else is done with them. An engine that gives such a value only once leaves it on its node until it is kept, so that the ' +
      'next apply finds it there. The value was not made, or the folder could not be written: see what stands beside it.',
  }),
  OFFER_MISSING: code<{ who: string; offers: readonly string[] }>({
    origin: 'delivery',
    shownBy: OFFERS_TEST,
    title: 'A node or an engine still waits for a value that only a running engine makes',
    summary: ({ who, offers }) => `${who} still waits for ${offers.join(', ')}`,
    why: 'what stands on it was left as it is; everything else was brought to its end',
    fix: 'mend the engine that makes it, then run bramble apply again',
    explain:
      'A role needs a value that another one offers, and the engine has not made it in this run. An apply looks at its nodes once more as soon as such a value ' +
      'is there, as often as a new one comes; when none comes any more, it ends and says who still waits. `bramble plan` shows it under "waits for".',
  }),
  MEMBER_LEFT_RUNNING: code<{ engine: string; name: string; unit: string }>({
    severity: 'warning',
    origin: 'delivery',
    shownBy: 'src/rollout/engines.test.ts',
    title: 'A member whose node is not in the cluster file',
    summary: ({ engine, name }) => `${name} is not in the cluster file, and its ${engine} still runs`,
    why: 'a node that is not in the file is not logged in to, and a member that runs would come back at once if it were removed',
    fix: ({ name, unit }) =>
      `put ${name} back under nodes, without a role, run bramble apply, and then take it out; or type on it: sudo systemctl disable --now ${unit}`,
    explain:
      'Somebody took a node out of the cluster file while an engine runs on it. Its credentials are revoked, everything else of an apply goes on, and once the engine ' +
      'has missed the member the next apply forgets it. A member that votes counts for the majority as long as it runs: where the members of the file could not decide ' +
      'without it, the engine is not well.',
  }),
  CERTIFICATE_NOT_SHOWN: code<{ node: string; port: number; unit: string; ended: Date }>({
    origin: 'delivery',
    shownBy: 'src/api/status/old-certificates.test.ts',
    title: 'A certificate that is installed and not shown',
    summary: ({ node, port }) =>
      `port ${port} of ${node} does not show the certificate that is installed there`,
    why: ({ ended }) =>
      `it shows one that ends on ${ended.toISOString().slice(0, 10)}; then nobody believes the node any more`,
    fix: ({ node, unit }) => `bramble ssh ${node} -- sudo systemctl restart ${unit}`,
    explain:
      'A new certificate counts once a new connection has shown it. The file on the node is the wanted one, and the program that listens there has not read it: it was told to and did not, ' +
      'or somebody else listens on the port. Restart the unit, one member of a consensus group at a time, and run `bramble plan` again.',
  }),
  ENGINE_UNREACHABLE: code<{ engine: string; reason: string }>({
    origin: 'delivery',
    shownBy: ENGINES_TEST,
    title: 'An engine that cannot be asked',
    summary: ({ engine, reason }) => `${engine} cannot be asked: ${reason}`,
    why: 'what it is to hold is not known, so nothing is said of it; the nodes themselves were looked at all the same',
    fix: 'bramble status tells which members answer; mend them with bramble apply, then run it again',
    explain:
      'What belongs to the cluster (tokens, policies, entries) is looked at through a member of the engine that answers and sees a leader. ' +
      'None did. That is told as it is: not known is not the same as nothing to do.',
  }),
  CLUSTER_RESOURCES_UNSEEN: code<{ engine: string; unseen: readonly string[] }>({
    origin: 'delivery',
    shownBy: 'src/rollout/unseen.test.ts',
    title: 'Something that belongs to the cluster could not be looked at',
    summary: ({ engine, unseen }) => `${engine} does not show ${unseen.join(', ')}`,
    why: 'whether it is as wanted is not known; everything else was looked at all the same',
    fix: 'mend what its message says, then run bramble plan again',
    explain:
      'The engine answers and refuses to show one thing, for instance an entry under a key that it does not take. ' +
      'Its message stands beside the address, in the words of the engine. Not known is not the same as nothing to do, so the command ends with 1.',
  }),
  ENGINE_MEMBERS_FAILED: code<{ engine: string; members: readonly string[]; reason: string }>({
    origin: 'delivery',
    shownBy: ENGINES_TEST,
    title: 'An engine whose members did not come through',
    summary: ({ engine, members }) =>
      `what belongs to ${engine} was not changed: ${members.join(', ')} did not come through`,
    why: ({ reason }) => `the engine is asked through one of them, and ${reason}`,
    fix: 'mend what failed on these nodes, then run bramble apply again',
    explain:
      'After the nodes, what belongs to the cluster is converged through one of the members. All of those that this run changed have failures of ' +
      'their own, which are the cause; the engine itself may be in order.',
  }),
  CLUSTER_RESOURCES_FAILED: code<{ engine: string; failed: readonly string[] }>({
    origin: 'delivery',
    shownBy: ENGINES_TEST,
    title: 'Something that belongs to the cluster could not be made',
    summary: ({ engine, failed }) => `${engine} did not take ${failed.join(', ')}`,
    why: 'the engine answered and refused; everything else was done',
    fix: 'mend what its message says, then run bramble apply again',
    explain: 'The message of each resource that failed stands above the summary, in the words of the engine.',
  }),
  ENGINE_NOT_WELL: code<{ engine: string; problems: readonly string[] }>({
    origin: 'delivery',
    shownBy: ENGINES_TEST,
    title: 'An engine that is not well',
    summary: ({ engine, problems }) => `${engine} is not well: ${problems.join('; ')}`,
    why: 'everything is as the cluster file says, and yet something does not work: a check fails or a member is gone',
    fix: 'bramble status shows it; bramble ssh NODE leads to where it happens',
    explain:
      'A run counts as well when the engine itself says so: every member alive, the quorum as wanted, no check failing. ' +
      '`bramble status` asks the same question and ends with the same exit status.',
  }),
})
