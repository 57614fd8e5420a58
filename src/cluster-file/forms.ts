/** The forms that single values of the cluster file may take: names, addresses, amounts, durations. */
import { z } from 'zod'
import { holdsStandIn } from './references/stand-in.ts'

/** A form of text: a pattern that editors can check too, and what to say when a value does not have it. */
export interface TextForm {
  readonly pattern: RegExp
  /** Goes on from the key: "is no MAC address". */
  readonly problem: string
  /** What to type. */
  readonly fix: string
  /** Where a pattern does not reach. */
  readonly accepts?: (text: string) => boolean
  /** A secret may stand there: it has no form as long as it is not opened. */
  readonly mayBeSecret?: true
}

/**
 * Text, of a certain form if one is given. YAML reads `serial: 1000000012345678` as a number; every number that arrives here
 * looks exactly as it was written, so that it can be turned back into text.
 */
export function text(form?: TextForm) {
  const anyText = z.union([z.string(), z.number()]).transform(String)
  if (form === undefined) return anyText.refine((value) => value.trim() !== '', { error: 'is empty' })
  const { pattern, accepts = () => true, mayBeSecret = false, problem, fix } = form
  return anyText
    .refine((value) => (mayBeSecret && holdsStandIn(value)) || (pattern.test(value) && accepts(value)), {
      error: problem,
      params: { fix },
    })
    .meta({ pattern: pattern.source })
}

/** A key of a map, of a certain form. */
export function key({ pattern, problem, fix }: TextForm) {
  return z
    .string()
    .refine((value) => pattern.test(value), { error: problem, params: { fix } })
    .meta({ pattern: pattern.source })
}

/** What is wrong with a value. */
export interface Mistake {
  /** Goes on from the key: "is no time zone". */
  readonly problem: string
  /** What to type. */
  readonly fix: string
  /** The consequence, where it is more than that the value cannot be used. */
  readonly why?: string
}

/** A schema whose values are also looked at by a judge, who says what is wrong in the words of the value's own format. */
export function judgedBy<Schema extends z.ZodType>(
  schema: Schema,
  judge: (value: z.output<Schema>) => Mistake | undefined,
): Schema {
  return schema.superRefine((value, context) => {
    const mistake = judge(value)
    if (mistake === undefined) return
    const { problem, fix, why } = mistake
    context.addIssue({ code: 'custom', message: problem, params: { fix, why } })
  })
}

/** One value, or a list of any length; always a list afterwards. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return oneOr(item, z.array(item))
}

/** One value, or a list of at least one; always a list afterwards. */
export function oneOrMore<Item extends z.ZodType>(item: Item) {
  return oneOr(item, z.array(item).min(1))
}

function oneOr<Item extends z.ZodType>(item: Item, list: z.ZodArray<Item>) {
  return z
    .union([item, list])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<Item>[])
}

/** One label of a domain name in lower case (RFC 1123, section 2.1; RFC 1035, section 2.3.4). */
export const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** A full domain name. The last label must not be a number, else `192.168.1.300` would be one (RFC 3696, section 2). */
const DNS_NAME =
  /^(?=.{1,253}\.?$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?!\d+\.?$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?$/

const IPV6_ZONE = /%[A-Za-z0-9_.-]{1,15}$/

/** True for an IP address as SSH takes it (IPv6 may name an interface: `fe80::1%eth0`). */
export function isIpAddress(value: string): boolean {
  return z.ipv4().safeParse(value).success || z.ipv6().safeParse(value.replace(IPV6_ZONE, '')).success
}

/** Addresses that no single node has, or that are reached only through an interface that has to be named (RFC 4291, 2.5.6). */
const NO_NODE =
  /^(?:0\.0\.0\.0|255\.255\.255\.255|2(?:2[4-9]|3\d)\..*|::|ff[0-9a-f]{2}:.*|fe[89ab][0-9a-f]:[^%]*)$/i

/** An IP address or a DNS name. */
export const ADDRESS: TextForm = {
  pattern: /^[A-Za-z0-9:.%_-]+$/,
  accepts: (value) =>
    (isIpAddress(value) && !NO_NODE.test(value)) || (!isIpAddress(value) && DNS_NAME.test(value)),
  problem: 'is neither the IP address nor the DNS name of a node',
  fix: 'write an address such as 192.168.1.10, fd00::10 or pi.example.net; a port has a key of its own',
}

/** A domain name; a trailing dot is allowed. */
export const DOMAIN: TextForm = {
  pattern: /^[A-Za-z0-9.-]+$/,
  accepts: (value) => DNS_NAME.test(value),
  problem: 'is no domain name',
  fix: 'write a domain you own, such as home.example.net, or home.arpa',
}

/** A node of the cluster, or `user@name[:port]` for a computer outside it. */
export const JUMP: TextForm = {
  pattern: /^(?:[a-z_][a-z0-9_-]*@[A-Za-z0-9:.[\]-]+|[^@\s]+)$/,
  problem: 'is neither a node nor user@name',
  fix: 'name a node, or write user@jump.example.net or user@jump.example.net:2222',
}

/** A user name as useradd accepts it (Debian's NAME_REGEX). */
export const USER_NAME: TextForm = {
  pattern: /^[a-z_][a-z0-9_-]{0,31}$/,
  problem: 'is no user name',
  fix: 'use lower-case letters, digits, _ and -, starting with a letter',
}

/** A path on this computer. */
export const PATH: TextForm = {
  pattern: /^[^\p{Cc}]+$/u,
  problem: 'is no path',
  fix: 'write a path such as ~/.ssh/id_ed25519, or one that counts from the folder of the cluster file',
}

/** A serial number: 8 or 16 hexadecimal digits on a Raspberry Pi, anything short on a PC. */
export const SERIAL: TextForm = {
  pattern: /^[A-Za-z0-9._-]{4,64}$/,
  problem: 'is no serial number',
  fix: 'copy it from  cat /proc/device-tree/serial-number',
}

/** A machine id (machine-id(5)). */
export const MACHINE_ID: TextForm = {
  pattern: /^[0-9a-f]{32}$/,
  problem: 'is no machine id',
  fix: 'copy the 32 hexadecimal digits from  cat /etc/machine-id',
}

/** A MAC address, with colons or hyphens. */
export const MAC: TextForm = {
  pattern: /^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$/,
  problem: 'is no MAC address',
  fix: 'write six pairs of hexadecimal digits, such as b8:27:eb:12:34:56',
}

/** An amount of memory. */
export const MEMORY: TextForm = {
  pattern: /^\d{1,6}(?:\.\d{1,3})? ?[KMGT](?:i?B)?$/,
  problem: 'is no amount of memory',
  fix: 'write it with its unit, such as 512MiB or 1GiB',
}

/** A condition on memory. */
export const MEMORY_CONDITION: TextForm = {
  pattern: /^(?:>=|<=|>|<|=)? ?\d{1,6}(?:\.\d{1,3})? ?[KMGT](?:i?B)?$/,
  problem: 'is no condition on memory',
  fix: 'write it in quotes with a comparison and a unit, such as ">=1GiB" or "<4GiB"',
}

/** A label, as in `has`, and the name of one, as in `labels`: accepted by Consul, Nomad, Docker and Kubernetes alike. */
export const LABEL: TextForm = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/,
  problem: 'is no label',
  fix: 'use letters, digits and inner - or _, 63 characters at most',
}

/** The name of a systemd unit (systemd.unit(5)), without patterns. */
export const UNIT_NAME: TextForm = {
  pattern: /^[A-Za-z0-9:_.\\@-]{1,255}$/,
  // A template is started as one of its instances; the rest is made by systemd itself (systemd.unit(5)).
  accepts: (value) => !/@(?:\.[a-z]+)?$|\.(?:device|scope|slice|swap)$/.test(value),
  problem: 'is no name of a systemd unit that can be started',
  fix: 'write the name of the unit, such as doorbell.service; of a template an instance, such as doorbell@front.service',
}

/** What an HTTP check asks: `:8080/health` on the node itself, or a URL. */
export const HTTP_PROBE: TextForm = {
  pattern: /^(?::\d{1,5}(?:[/?].*)?|https?:\/\/[^\s/]+.*)$/,
  accepts: (value) => !/\s/.test(value) && portsFit(value),
  problem: 'is no URL that a check can ask',
  fix: 'write :8080/health for the node itself, or a URL such as http://127.0.0.1:8080/health',
}

/** What a TCP check connects to. */
export const TCP_PROBE: TextForm = {
  pattern: /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?:\d{1,5}$/,
  accepts: portsFit,
  problem: 'is no address with a port',
  fix: 'write :22 for the node itself, or an address with a port such as 127.0.0.1:22',
}

/** What a gRPC check asks: an address with a port, and a service of it. */
export const GRPC_PROBE: TextForm = {
  pattern: /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?:\d{1,5}(?:\/[\w.-]+)?$/,
  accepts: portsFit,
  problem: 'is no address with a port',
  fix: 'write :9090 for the node itself, :9090/name for one of its services',
}

/** Every port in a text is one that there is. */
function portsFit(value: string): boolean {
  return [...value.matchAll(/:(\d+)(?=$|[/?])/g)].every(
    ([, port]) => Number(port) >= 1 && Number(port) <= 65535,
  )
}

/** A DNS server: an IP address, with a port if it is not 53. */
export const DNS_SERVER: TextForm = {
  pattern: /^[0-9A-Fa-f:.[\]%a-z]+$/,
  accepts: (value) => {
    const [, six, four, port = '53'] = /^(?:\[(.+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(value) ?? []
    const address = six ?? four ?? value
    return isIpAddress(address) && Number(port) >= 1 && Number(port) <= 65535
  },
  problem: 'is no IP address of a DNS server',
  fix: 'write an address such as 192.168.1.1, 127.0.0.1:5353 or [fd00::1]:53; a name would have to be asked for first',
}

/** A length of time as Consul and Go write it. */
export const DURATION: TextForm = {
  pattern: /^(?=.*[1-9])\d{1,6}(?:ms|s|m|h)$/,
  problem: 'is no length of time',
  fix: 'write it with its unit, more than nothing, such as 10s, 500ms or 1m',
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** A {@link DURATION} in seconds. */
export function secondsIn(duration: string): number {
  const [, count = '', unit = 's'] = /^(\d+)(ms|s|m|h)$/.exec(duration) ?? []
  return Number(count) * SECONDS[unit as keyof typeof SECONDS]
}
