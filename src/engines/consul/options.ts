/** Options of the roles consul-server and consul-client in the cluster file. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { DNS_LABEL, DNS_SERVER, judgedBy, oneOrMore, text } from '../../cluster-file/forms.ts'
import { nodeName } from '../../cluster-file/node-names.ts'
import { newestKnownLine } from '../../releases/engine-lines.ts'
import { logLevel, oldState, raftMultiplier, stateFolder, unmaintained, versionOf } from '../agent-options.ts'
import { aclRulesMistake } from './acl-rules.ts'
import { kvKeyMistake, kvValueMistake } from './kv-limits.ts'
import { CONSUL_LINES, DEBIAN_CONSUL } from './lines.ts'

const label = z.string().regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')
function isNetwork(value: string): boolean {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(value) ?? []
  const family = isIP(address)
  return family > 0 && Number(length) <= (family === 4 ? 32 : 128)
}

/** Options of one agent, which a client may have otherwise than the servers. */
const ownKeys = {
  interface: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,15}$/, 'must be the name of a network interface')
    .optional()
    .describe(
      'Network interface whose address the agent uses, such as wgoverlay; default: the address of the node. The addresses of the servers must lie on it, or be written as retry_join in settings.',
    ),
  cidr: z
    .string()
    .refine(isNetwork, 'must be a network such as 10.70.0.0/24')
    .optional()
    .describe('Network in which the agent looks for its address, such as 10.70.0.0/24.'),
  recursors: oneOrMore(text(DNS_SERVER))
    .optional()
    .describe(
      'DNS servers that Consul asks for names outside its domain, such as 127.0.0.1:5353; none by default.',
    ),
  log_level: logLevel.optional().describe('How much the agent logs; default: info.'),
  own_files: z
    .array(
      z.string().regex(/^[^\s/]+\.(json|hcl)$/, 'must be the name of a file that ends with .json or .hcl'),
    )
    .optional()
    .describe(
      'Names of files of your own in /etc/consul.d that the agent is to read; any other that is not of Bramble is set aside.',
    ),
  old_state: oldState
    .optional()
    .describe(
      'What becomes of the state of a Consul that ran before the first apply: `refuse` (the default) ends the run before anything is changed, `adopt` goes on with it, `set_aside` begins without it and puts it back when the role leaves.',
    ),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Further settings of Consul's agent, merged last into its configuration."),
}

/** Rules in Consul's language. */
const rules = () => judgedBy(z.string(), aclRulesMistake)

const policySchema = z.strictObject({
  rules: rules().describe('Rules in the language of Consul, such as  key_prefix "app/" { policy = "read" }'),
  description: z.string().default('').describe('What the policy is for.'),
})

const tokenSchema = z.strictObject({
  policies: oneOrMore(z.string()).describe(
    'Names of policies: those of `policies`, or one that Consul itself has.',
  ),
  description: z.string().default('').describe('Who uses the token.'),
})

const kvValue = z.union([
  judgedBy(z.union([z.string(), z.number()]).transform(String), kvValueMistake),
  z.boolean().transform(String),
  z.strictObject({
    secret: label.describe(
      'Name of a secret that Bramble makes once and keeps encrypted: consul/value/NAME.',
    ),
  }),
])

const kvKey = judgedBy(z.string(), kvKeyMistake)

/** Options of the role consul-server. */
export const serverOptions = z
  .strictObject({
    version: versionOf('Consul'),
    source: z
      .enum(['release', 'package'])
      .default('release')
      .describe(
        `Where Consul comes from: HashiCorp's release, or Debian's package of ${DEBIAN_CONSUL.suite}, which nobody maintains any more.`,
      ),
    unmaintained,
    datacenter: label.optional().describe('Name of the datacenter; default: the name of the cluster.'),
    network: label
      .optional()
      .describe(
        'Role whose network the agents talk over, such as wireguard: they bind to their addresses there, join each other there, and certificates hold these; default: the addresses of the nodes.',
      ),
    data_dir: stateFolder('Consul', 'consul')
      .default('/var/lib/consul')
      .describe('Folder of the state of the agents.'),
    ui: z
      .union([z.boolean(), oneOrMore(nodeName(label))])
      .default(false)
      .describe(
        'Nodes whose web interface can be reached at https://NODE:8501/ui, or true for all servers; it shows, and changes nothing.',
      ),
    raft_multiplier: raftMultiplier,
    wan: z.boolean().default(false).describe('Opens the port for other datacenters (8302).'),
    anonymous: rules()
      .default('node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }\n')
      .describe('Rules for requests without a token, DNS among them; default: may read nodes and services.'),
    policies: z
      .record(
        z
          .string()
          .regex(
            /^(?!bramble-|global-management$)[A-Za-z0-9_-]{1,128}$/,
            'must be letters, digits, - and _, without bramble- before, and no name of Consul itself',
          ),
        policySchema,
      )
      .default({})
      .describe('Policies by name.'),
    tokens: z
      .record(label, tokenSchema)
      .default({})
      .describe('Tokens by name; Bramble makes them once and keeps them as the secrets consul/token/NAME.'),
    kv: z
      .record(kvKey, kvValue)
      .default({})
      .describe(
        'Entries of the key-value store, each a plain text, which may be empty; numbers and booleans become text. What must not show is { secret: NAME }, which Bramble makes, or { from: { secret: NAME } }, which you bring.',
      ),
    ...ownKeys,
  })
  .describe('A server of the Consul datacenter.')

/** Options of the role consul-client. */
export const clientOptions = z
  .strictObject(ownKeys)
  .describe('An agent of the Consul datacenter that is no server; takes the rest from consul-server.')

export type ServerOptions = z.output<typeof serverOptions>
export type ClientOptions = z.output<typeof clientOptions>

/**
 * The version that the cluster is to run: what the cluster file says, else what the cluster lock pins, so that a newer Bramble
 * changes nothing by itself; undefined before its maker was asked. There is nothing to pin of Debian's package.
 */
export function wantedVersion(
  { version, source }: Pick<ServerOptions, 'version' | 'source'>,
  pinned: string | undefined,
): string | undefined {
  if (version !== undefined) return version
  return source === 'package' ? DEBIAN_CONSUL.version : pinned
}

/** What stands for the version before there is one, where only its dialect is asked for: the newest line that the role knows. */
export function spokenVersion(
  options: Pick<ServerOptions, 'version' | 'source'>,
  pinned: string | undefined,
): string {
  return wantedVersion(options, pinned) ?? `${newestKnownLine(CONSUL_LINES)}.0`
}

/** Options of one agent: a client's own ones win over those of the servers. */
export type AgentOptions = Pick<
  ServerOptions,
  'interface' | 'cidr' | 'recursors' | 'log_level' | 'settings' | 'own_files' | 'old_state'
>

/** What a client runs with: where it says nothing, what the servers say. */
export function clientAgentOptions(own: ClientOptions, servers: AgentOptions): AgentOptions {
  const placed = own.interface !== undefined || own.cidr !== undefined
  return {
    interface: placed ? own.interface : servers.interface,
    cidr: placed ? own.cidr : servers.cidr,
    recursors: own.recursors ?? servers.recursors,
    log_level: own.log_level ?? servers.log_level,
    settings: own.settings,
  }
}
