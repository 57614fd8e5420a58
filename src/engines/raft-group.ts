/**
 * The arithmetic of consensus groups, the same for every engine: from what the members say to one statement about the group, and what may be
 * done to it. It counts the voters as they are, not as they are wanted: who is wanted and does not vote yet keeps nobody from leaving, and
 * who votes and is no longer wanted is still needed for a majority.
 */
import type { MemberAnswer, Peer, RaftGroup } from './contract.ts'

/** How many members it takes: more than half of those that vote, or any one. */
export type Decides = NonNullable<RaftGroup['decides']>

/** One member of a group: who takes part, and who is to. */
export interface GroupMember {
  /** What the engine calls it. */
  readonly name: string
  /** Its node; left out for a stranger, which the cluster file does not have. */
  readonly node?: string
  readonly voter: boolean
  /** Takes part, by the word of the others and by its own. */
  readonly healthy: boolean
  readonly leader: boolean
  /** Nothing listens there: its turn can only help. */
  readonly isDown: boolean
}

/** A consensus group at one moment. */
export interface GroupState {
  /** False before the first formation: then nothing can be disrupted and nothing is guarded. */
  readonly formed: boolean
  /** Somebody whom one can believe sees a leader. */
  readonly isLed: boolean
  readonly members: readonly GroupMember[]
  /** Members that the group can lose now and still decide. */
  readonly failureTolerance: number
  /** Nodes that are to be members. */
  readonly wanted: readonly string[]
  /** Any one member is enough; left out where it takes the majority. */
  readonly decides?: 'any-one'
  /** Something listens, and nobody can be asked: then each is changed in its turn, and proven before the next. */
  readonly isUnknown?: true
  /**
   * Members show certificates that cannot be believed, and nobody who can be believed sees a leader: in turns nobody would ever be back,
   * because who has a new certificate is not believed by the others. So all change at once.
   */
  readonly isUnbelieved?: true
  /** One sentence for people: what is wrong, or that all is well. */
  readonly detail: string
}

/** Whether something may be done to a group, and why. */
export interface MayDo {
  readonly passed: boolean
  readonly detail: string
}

const may = (detail: string): MayDo => ({ passed: true, detail })
const mayNot = (detail: string): MayDo => ({ passed: false, detail })

/** How many of so many voters it takes to decide. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** How many of so many voters a group needs. */
function neededOf({ decides }: { readonly decides?: Decides }, voters: number): number {
  return decides === 'any-one' ? 1 : majorityOf(voters)
}

/** Members that so many voters can lose and still decide. */
function spareOf(state: { readonly decides?: Decides }, voters: number): number {
  return Math.max(0, voters - neededOf(state, voters))
}

/** From what members say to one statement about the group. */
export function groupState(
  wanted: readonly string[],
  said: readonly MemberAnswer[],
  decides: Decides = 'majority',
): GroupState {
  const state = stateOf(wanted, said, decides)
  return decides === 'any-one' ? { ...state, decides } : state
}

function stateOf(wanted: readonly string[], said: readonly MemberAnswer[], decides: Decides): GroupState {
  const answers = said.map((one) => ({ ...one, peers: one.peers.map((peer) => placed(peer, said)) }))
  const isUnknown = answers.every((one) => !one.answers) && answers.some(({ listens }) => listens)
  const formed = isUnknown || answers.some(({ leader, peers }) => leader !== undefined || peers.length > 0)
  const led = answers.filter(({ leader, distrusted }) => leader !== undefined && distrusted !== true)
  if (!formed) {
    const members = wanted.map((node) => memberWithoutPeer(node, answers))
    const detail = `not formed yet: ${whoAnswers(wanted, answers)}`
    return { formed, isLed: false, members, failureTolerance: 0, wanted, detail }
  }
  // The leader knows best; anybody who follows one has its word of a moment ago.
  const view = led.find(({ node, leader, peers }) => nodeOf(peers, leader) === node) ?? led[0]
  if (view === undefined) return leaderless(wanted, answers, isUnknown)
  const isLedMember = (node: string): boolean => led.some((one) => one.node === node)
  const members = withWanted(
    wanted,
    answers,
    view.peers.map((peer) => {
      const { name, node, voter } = peer
      const healthy = peer.healthy && (node === undefined || isLedMember(node))
      return {
        ...named(name, node),
        voter,
        healthy,
        leader: name === view.leader,
        isDown: isDown(node, answers),
      }
    }),
  )
  const failureTolerance = toleranceOf(members, decides)
  return {
    formed,
    isLed: true,
    members,
    failureTolerance,
    wanted,
    detail: detailOf(members, failureTolerance),
  }
}

/** A member knows best on which node it runs, whatever that was called when it began. */
function placed(peer: Peer, answers: readonly MemberAnswer[]): Peer {
  const node = answers.find(({ name }) => name === peer.name)?.node
  return node === undefined ? peer : { ...peer, node }
}

function nodeOf(peers: readonly Peer[], leader: string | undefined): string | undefined {
  return peers.find(({ name }) => name === leader)?.node
}

function named(name: string, node: string | undefined): Pick<GroupMember, 'name' | 'node'> {
  return { name, ...(node !== undefined && { node }) }
}

function isDown(node: string | undefined, answers: readonly MemberAnswer[]): boolean {
  const own = answers.find((one) => one.node === node)
  return own !== undefined && !own.answers && !own.listens
}

function memberWithoutPeer(node: string, answers: readonly MemberAnswer[], voter = false): GroupMember {
  return { name: node, node, voter, healthy: false, leader: false, isDown: isDown(node, answers) }
}

/** Who is wanted and no peer yet is a member that does not vote. */
function withWanted(
  wanted: readonly string[],
  answers: readonly MemberAnswer[],
  members: readonly GroupMember[],
): GroupMember[] {
  const missing = wanted.filter((node) => !members.some((member) => member.node === node))
  return [...members, ...missing.map((node) => memberWithoutPeer(node, answers))]
}

/** The voters are those that anybody remembers; where nobody can be asked, everybody who is wanted counts. */
function leaderless(
  wanted: readonly string[],
  answers: readonly MemberAnswer[],
  isUnknown: boolean,
): GroupState {
  const peers = new Map(answers.flatMap((one) => one.peers).map((peer) => [peer.name, peer]))
  const known = [...peers.values()].map(({ name, node, voter }): GroupMember => ({
    ...named(name, node),
    voter,
    healthy: false,
    leader: false,
    isDown: isDown(node, answers),
  }))
  const listening = answers.filter(({ answers: does, listens }) => does || listens).map(({ node }) => node)
  const serving = [...new Set([...wanted, ...listening])].map((node) =>
    memberWithoutPeer(node, answers, true),
  )
  const members = known.length > 0 ? withWanted(wanted, answers, known) : serving
  const distrusted = answers.filter((one) => one.distrusted === true)
  const answering = answers.filter((one) => one.answers)
  const disagree = answering.length >= majorityOf(members.filter(({ voter }) => voter).length)
  return {
    formed: true,
    isLed: false,
    members,
    failureTolerance: 0,
    wanted,
    ...(isUnknown && { isUnknown }),
    ...(distrusted.length > 0 && { isUnbelieved: true as const }),
    detail:
      distrusted.length > 0
        ? distrusted.map(({ node, problem }) => `${node}: ${problem}`).join('; ')
        : `there is no leader: ${disagree ? 'the members do not agree on one' : whoAnswers(wanted, answers)}`,
  }
}

function whoAnswers(wanted: readonly string[], answers: readonly MemberAnswer[]): string {
  const answering = answers.filter((one) => one.answers).map(({ node }) => node)
  const silent = wanted.filter((node) => !answering.includes(node))
  if (answering.length === 0) return 'no member answers'
  return silent.length === 0 ? 'all members answer' : `only ${answering.join(', ')} answers`
}

function toleranceOf(members: readonly GroupMember[], decides: Decides): number {
  const voters = members.filter(({ voter }) => voter)
  const healthy = voters.filter((member) => member.healthy).length
  return Math.max(0, healthy - neededOf({ decides }, voters.length))
}

function detailOf(members: readonly GroupMember[], spare: number): string {
  const voters = members.filter(({ voter }) => voter)
  const leader = voters.find((member) => member.leader)
  const sick = voters.filter((member) => !member.healthy).map(nameOf)
  const waiting = members.filter(({ voter }) => !voter).map(nameOf)
  return [
    `${voters.length} ${voters.length === 1 ? 'voter' : 'voters'}, led by ${leader ? nameOf(leader) : 'nobody known'}`,
    sick.length === 0 ? 'all healthy' : `not healthy: ${sick.join(', ')}`,
    ...(waiting.length === 0 ? [] : [`not voting: ${waiting.join(', ')}`]),
  ]
    .join(', ')
    .concat(`; ${spare === 0 ? 'none' : spare} may be lost`)
}

/** What people know it by. */
function nameOf({ node, name }: GroupMember): string {
  return node === undefined || node === name ? name : `${node} (still called ${name})`
}

/** The members that vote. */
export function votersOf({ members }: GroupState): readonly GroupMember[] {
  return members.filter(({ voter }) => voter)
}

/** The voter that runs on a node, if one does. */
export function voterOn(state: GroupState, node: string): GroupMember | undefined {
  return votersOf(state).find((member) => member.node === node)
}

/** Nodes whose member does not take part as it should. */
export function sickNodes(state: GroupState): readonly string[] {
  return votersOf(state).flatMap(({ node, healthy }) => (healthy || node === undefined ? [] : [node]))
}

/**
 * May the member on this node be taken out of service now? Yes while the others decide without it, when it serves nothing anyway, or when it
 * is the only one. Asked anew before each step: another one may have died meanwhile.
 */
export function mayInterrupt(state: GroupState, node: string): MayDo {
  const voters = votersOf(state)
  const own = voterOn(state, node)
  if (own === undefined) return may(`${node} does not vote`)
  if (voters.length === 1) return may('it is the only member')
  if (own.isDown) return may(`${node} serves nothing now`)
  // Nobody can be asked how the others are.
  if (state.isUnknown === true) return may(state.detail)
  // In the seconds of an election each of them is needed.
  if (!state.isLed) return mayNot(state.detail)
  const others = voters.filter((member) => member !== own && member.healthy).length
  return others >= neededOf(state, voters.length) ? may(state.detail) : mayNot(whyNot(state, own))
}

/**
 * May the member on this node give up its vote for good now? Yes while those who are left decide, and can lose one more wherever the wanted
 * group can. Who serves nothing is only in the way.
 */
export function mayLeave(state: GroupState, node: string): MayDo {
  const voters = votersOf(state)
  const own = voterOn(state, node)
  if (own === undefined) return may(`${node} does not vote`)
  if (!state.isLed) return mayNot(state.detail)
  const left = voters.length - 1
  if (left === 0) return mayNot(`${node} is the only one that votes`)
  const others = voters.filter((member) => member !== own && member.healthy).length
  const spare = own.healthy ? Math.min(1, spareOf(state, state.wanted.length)) : 0
  return others >= neededOf(state, left) + spare ? may(state.detail) : mayNot(whyNot(state, own))
}

function whyNot(state: GroupState, own: GroupMember): string {
  const others = votersOf(state).filter((member) => member !== own && !member.healthy)
  const sick = others.map(nameOf)
  if (sick.length === 0) return `the group cannot lose ${nameOf(own)} now: ${state.detail}`
  const are = sick.length === 1 ? 'is' : 'are'
  return `${sick.join(' and ')} ${are} not healthy, so ${nameOf(own)} cannot be spared: ${state.detail}`
}

/** Would nobody who votes now stay? Then the new members would found a group of their own, without what this one knows. */
export function isReplacedWhole(state: GroupState): boolean {
  const voters = votersOf(state)
  return (
    state.isLed &&
    voters.length > 0 &&
    !voters.some(({ node }) => node !== undefined && state.wanted.includes(node))
  )
}

/**
 * Who goes next, of those that wait. First who serves nothing: all of them at once where nobody leads, because one of them may be missing
 * for a leader. Then whoever is sick and can be spared, then members that stay, then those that leave, and the leader last.
 */
export function nextInTurn(waiting: readonly string[], states: readonly GroupState[]): readonly string[] {
  const inAny = (which: (member: GroupMember, state: GroupState) => boolean) => {
    const nodes = states.flatMap((state) =>
      votersOf(state).flatMap((member) => (which(member, state) ? [member.node] : [])),
    )
    return (node: string): boolean => nodes.includes(node)
  }
  const isMissing = inAny(({ isDown: down }, { isLed }) => down && !isLed)
  const missing = waiting.filter(isMissing)
  if (missing.length > 0) return missing
  const down = inAny((member) => member.isDown)
  const helped = inAny(
    ({ healthy, node = '' }, state) => state.isLed && !healthy && mayInterrupt(state, node).passed,
  )
  const leads = inAny(({ leader }) => leader)
  const leaves = inAny(({ node = '' }, { wanted }) => !wanted.includes(node))
  const next =
    waiting.find(down) ??
    waiting.find((node) => helped(node) && !leads(node)) ??
    waiting.find((node) => !leads(node) && !leaves(node)) ??
    waiting.find((node) => !leads(node)) ??
    waiting[0]
  return next === undefined ? [] : [next]
}
