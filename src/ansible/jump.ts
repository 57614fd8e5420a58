/** The computer that ssh goes through, from the arguments that an inventory gives to ssh (ssh(1), ssh_config(5)). */
import { wordsOf } from './ini-words.ts'

/** What arguments of ssh say of the way. */
export interface SshArguments {
  readonly jump?: Jump
  /** Why the way could not be read. */
  readonly problem?: string
  /** Options that have nothing to do with it, by their names. */
  readonly others: readonly string[]
}

/** A computer in between. */
export interface Jump {
  readonly host: string
  readonly user?: string
  readonly port?: number
}

/** Options of ssh that take a value in a word of their own. */
const WITH_VALUE = new Set('BbcDEeFIiJLlmOopQRSWw')

/** Reads `ansible_ssh_common_args` and its like. */
export function sshArguments(text: string): SshArguments {
  const options = optionsOf(text)
  if (typeof options === 'string') return { problem: options, others: [] }
  const ways = options.filter(({ name }) => /^proxy(jump|command)$/i.test(name))
  const others = options.filter((option) => !ways.includes(option)).map(({ name }) => name)
  const [way] = ways
  if (way === undefined) return { others }
  const jump = /jump/i.test(way.name) ? jumpOf(way.value) : commandJump(way.value)
  return typeof jump === 'string' ? { problem: jump, others } : { jump, others }
}

interface SshOption {
  /** As in ssh_config(5), or the letter. */
  readonly name: string
  readonly value: string
}

function optionsOf(text: string): readonly SshOption[] | string {
  const words = wordsOf(text)
  if (typeof words === 'string') return words
  const options: SshOption[] = []
  const rest = words.map((word) => word.text)
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const letter = word.startsWith('-') ? word[1] : undefined
    if (letter === undefined) options.push({ name: '', value: word })
    else if (!WITH_VALUE.has(letter)) options.push({ name: `-${word.slice(1)}`, value: '' })
    else options.push(optionOf(letter, word.length > 2 ? word.slice(2) : (rest.shift() ?? '')))
  }
  return options
}

function optionOf(letter: string, value: string): SshOption {
  if (letter === 'J') return { name: 'ProxyJump', value }
  if (letter !== 'o') return { name: `-${letter}`, value }
  const [, name = '', of = ''] = /^\s*(\w+)(?:\s*=\s*|\s+)([^]*)$/.exec(value) ?? []
  return { name, value: of }
}

function jumpOf(value: string): Jump | string {
  if (value.includes(','))
    return 'it goes through more than one computer; a node has one via, and that node may have its own'
  return placeOf(value.replace(/^ssh:\/\//, '')) ?? `${value} is no computer to go through`
}

/** `ssh -W %h:%p user@host -p 2200`: what people wrote before ProxyJump. */
function commandJump(value: string): Jump | string {
  const unknown = 'its ProxyCommand is more than ssh -W %h:%p to one computer'
  const [program, ...rest] = value.trim().split(/\s+/)
  const options = program === undefined || !/(^|\/)ssh$/.test(program) ? unknown : optionsOf(rest.join(' '))
  if (typeof options === 'string') return unknown
  const of = (name: string): string | undefined => options.find((option) => option.name === name)?.value
  const place = placeOf(of('') ?? '')
  if (place === undefined || of('-W') === undefined) return unknown
  const port = Number(of('-p') ?? of('Port') ?? place.port)
  const user = place.user ?? of('-l') ?? of('User')
  return { host: place.host, ...(user !== undefined && { user }), ...(Number.isInteger(port) && { port }) }
}

function placeOf(text: string): Jump | undefined {
  const found = /^(?:([^@\s]+)@)?(\[[0-9a-f:.]+\]|[^:@\s[\]]+)(?::(\d+))?$/i.exec(text)
  if (!found) return undefined
  const [, user, host = '', port] = found
  return {
    host: host.replace(/^\[|\]$/g, ''),
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port: Number(port) }),
  }
}
