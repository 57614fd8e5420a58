/** The steps in which new keys are taken into use, and the way back. */
import type { NodeLink } from '../../engines/contract.ts'
import { poll } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import type { KeyPair } from '../../wishes/secret-wish.ts'
import type { ExchangeParts } from './exchange-parts.ts'
import { peersOf, ROLE, unitOf } from './mesh.ts'
import { onItsMark } from './on-its-mark.ts'
import { alone } from './range.ts'

/** A node with a new key. */
export interface Rotated {
  readonly node: string
  /** The public key that it uses now. */
  readonly from: string
  readonly to: KeyPair
}

/** Seconds after which each node goes back by itself, unless it was told that all is well. */
const UNDONE_AFTER_SECONDS = 90
/** A handshake that got no answer is tried again after 5 seconds (WireGuard, "Timers and Stateless UX", REKEY_TIMEOUT). */
const HANDSHAKE_PATIENCE_SECONDS = 20

const UNDO = 'bramble-mesh-undo'
const KEY_FILE = '/run/bramble-mesh.key'

/** One who has the node as a peer, and how it calls it. */
interface Caller {
  readonly name: string
  readonly words: readonly string[]
  /** What its `persistent-keepalive` is to be in the end. */
  readonly keepalive: string
}

/** Takes all these keys into use. Gives back why it could not; then everything is as before. */
export async function exchangeAll(
  link: NodeLink,
  rotated: readonly Rotated[],
  parts: ExchangeParts,
): Promise<string | undefined> {
  const nodes = parts.cluster.find(ROLE).map(({ name }) => name)
  const must = mustOn(link)
  const onAll = (...argv: readonly string[]) =>
    Promise.all(nodes.map((node) => link.run(node, argv).catch(() => undefined)))
  const reload = ['systemctl', 'reload', unitOf(parts.options)]
  const disarm = () => onAll('systemctl', 'stop', `${UNDO}.timer`)
  try {
    await disarm()
    await Promise.all(nodes.map((node) => must(node, [...ARM, ...reload])))
    for (const one of rotated) await exchangeOne(link, one, parts)
    await disarm()
    return undefined
  } catch (error) {
    await onAll(...reload)
    await disarm()
    return `the new keys were taken back: ${reasonOf(error)}`
  }
}

/** What each node does by itself after a while, unless it is told that all is well; the words of it follow. */
const ARM = ['systemd-run', '--quiet', '--collect', `--unit=${UNDO}`, `--on-active=${UNDONE_AFTER_SECONDS}`]

/** Runs a program that has to come through, and gives what it prints. */
type Must = (node: string, argv: readonly string[], input?: string) => Promise<string>

function mustOn(link: NodeLink): Must {
  return async (node, argv, input) => {
    const given = input === undefined ? undefined : Buffer.from(input)
    const { code, stdout, stderr } = await link.run(node, argv, given)
    if (code === 0) return stdout.toString()
    throw new Error(`${argv.slice(0, 2).join(' ')} on ${node}: ${stderr.trim() || `status ${code}`}`)
  }
}

async function exchangeOne(link: NodeLink, { node, from, to }: Rotated, parts: ExchangeParts): Promise<void> {
  const must = mustOn(link)
  const { interface: name } = parts.options
  const callers = callersOf(node, to.publicKey, parts)
  const worked = await knownBy(must, name, callers, from)
  // A file of root's own before the key is in it; wg opens it by its name, and a session's standard input has none.
  await must(node, ['install', '-m', '600', '/dev/null', KEY_FILE])
  await must(node, ['dd', 'status=none', `of=${KEY_FILE}`], `${to.privateKey}\n`)
  try {
    await switchOver(
      link,
      { name: node, words: ['wg', 'set', name, 'private-key', KEY_FILE] },
      // The new peer takes the address over. To keep something alive it calls at once.
      callers.map((caller) => ({
        name: caller.name,
        words: ['wg', 'set', name, ...caller.words, 'persistent-keepalive', '1'],
      })),
    )
    await handshakes(must, name, worked, node, to.publicKey)
    // What still waits to be sent to the old peer would go with it, so it goes when the new one works.
    await Promise.all(
      callers.map(({ name: caller, keepalive }) => {
        const settled = ['peer', to.publicKey, 'persistent-keepalive', keepalive]
        return must(caller, ['wg', 'set', name, ...settled, 'peer', from, 'remove'])
      }),
    )
  } finally {
    await must(node, ['rm', '-f', KEY_FILE])
  }
}

/** A program of a node. */
interface NodeProgram {
  readonly name: string
  readonly words: readonly string[]
}

/**
 * The node first, then its callers at once. In between, what is sent waits in the interface, which holds 128 packets for a peer
 * (wireguard's MAX_STAGED_PACKETS), so all of them are logged in to before.
 */
async function switchOver(link: NodeLink, first: NodeProgram, then: readonly NodeProgram[]): Promise<void> {
  const begun = await Promise.allSettled(
    [first, ...then].map(({ name, words }) => onItsMark(link, name, words)),
  )
  const ready = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    for (const one of begun) if (one.status === 'rejected') throw one.reason
    const [node, ...callers] = ready
    await node?.go()
    await Promise.all(callers.map((caller) => caller.go()))
  } finally {
    for (const one of ready) one.dismiss()
  }
}

/** Every other node, with the words by which it knows the node under its new key. */
function callersOf(node: string, publicKey: string, { options, cluster }: ExchangeParts): Caller[] {
  return cluster.find(ROLE).flatMap((caller): Caller[] => {
    const peer = peersOf(caller, options, cluster).find((one) => one.node === node)
    if (peer === undefined) return []
    const { address, endpoint, keepalive } = peer
    return [
      {
        name: caller.name,
        words: [
          'peer',
          publicKey,
          'allowed-ips',
          alone(address),
          ...(endpoint === undefined ? [] : ['endpoint', endpoint]),
        ],
        keepalive: keepalive === undefined ? 'off' : String(keepalive),
      },
    ]
  })
}

/** Those whose tunnel to the node has ever worked: of them a handshake is asked with the new key, too. */
async function knownBy(
  must: Must,
  name: string,
  callers: readonly Caller[],
  publicKey: string,
): Promise<readonly string[]> {
  const times = await Promise.all(
    callers.map(async ({ name: caller }) => ({
      caller,
      time: await handshakeOf(must, caller, name, publicKey),
    })),
  )
  return times.flatMap(({ caller, time }) => (time > 0 ? [caller] : []))
}

/** Waits until all of them have shaken hands. */
async function handshakes(
  must: Must,
  name: string,
  callers: readonly string[],
  node: string,
  publicKey: string,
): Promise<void> {
  const answer = await poll(
    async () => {
      const times = await Promise.all(
        callers.map(async (caller) => ({ caller, time: await handshakeOf(must, caller, name, publicKey) })),
      )
      const missing = times.filter(({ time }) => time === 0).map(({ caller }) => caller)
      return {
        passed: missing.length === 0,
        detail: `${node} and ${missing.join(', ')} did not shake hands with the new key`,
      }
    },
    { patienceSeconds: HANDSHAKE_PATIENCE_SECONDS, pauseSeconds: 0.5 },
  )
  if (!answer.passed) throw new Error(answer.detail)
}

/** Seconds of the epoch; 0 for a peer that never answered, or is not known. */
async function handshakeOf(must: Must, caller: string, name: string, publicKey: string): Promise<number> {
  const lines = (await must(caller, ['wg', 'show', name, 'latest-handshakes'])).split('\n')
  const line = lines.find((each) => each.startsWith(`${publicKey}\t`))
  return line === undefined ? 0 : Number(line.split('\t')[1])
}
