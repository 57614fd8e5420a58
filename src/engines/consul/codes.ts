/** Codes of the roles `consul-server` and `consul-client`: numbers of servers, boards, sources, names that lead nowhere. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with a Consul datacenter before it exists, or before it is changed. */
export const rolesConsulCodes = defineCodes({
  CONSUL_SERVERS_EVEN: code<{ count: number }>({
    title: 'An even number of Consul servers',
    summary: ({ count }) =>
      `consul-server runs on ${count} nodes: that tolerates the loss of ${tolerance(count)}, same as ${count - 1}`,
    why: ({ count }) =>
      count === 2
        ? 'the majority of 2 is 2: when either is lost nothing can be written, so two fail sooner than one'
        : `the majority of ${count} is ${count / 2 + 1}: one more server can fail, and no more may`,
    fix: ({ count }) => `run it on ${count + 1} nodes, or on ${count - 1}`,
    explain:
      'The servers decide by majority: of 3 two must be there, of 4 three, of 5 three. So 3 and 4 servers both tolerate the loss of one, ' +
      '5 and 6 the loss of two; the last one of an even number only adds work and one more thing that can fail. An even number does not ' +
      'cause a split brain: without a majority nobody decides anything.',
  }),
  CONSUL_CHECK_HIDDEN: code<{ service: string; path: string; setting: string }>({
    title: 'A check runs what its agent cannot see',
    summary: ({ service, path }) =>
      `the check of ${service} names ${path}, which the Consul agent cannot see`,
    why: ({ setting, path }) =>
      `the agent runs the check in its own sandbox: ${setting} of its unit hides /${path.split('/')[1]} from it, so the check would stay critical`,
    fix: 'put it where every service can read it, such as /usr/local/lib/checks/ (owner root, mode 755), and name that path',
    explain:
      'The agent runs script checks as its own user, behind the settings of its systemd unit: ProtectHome hides /home, /root and /run/user, PrivateTmp gives it a /tmp and ' +
      '/var/tmp of its own, PrivateDevices hides the devices of the board. A check that needs one of these can ask a service over http or tcp instead, or read a file that another unit writes below /run or /var/lib.',
  }),
  CONSUL_SERVERS_SINGLE: code<{ node: string }>({
    severity: 'warning',
    title: 'A single Consul server',
    summary: ({ node }) => `${node} is the only Consul server`,
    why: ({ node }) =>
      `while ${node} is down nothing can be registered or written, and its card is the only copy`,
    fix: 'run consul-server on 3 nodes; one is fine to try things out',
    explain:
      'Three servers tolerate the loss of one, and each has all that was written. Going from one to three later is a change of one line.',
  }),
  CONSUL_SERVERS_MANY: code<{ count: number }>({
    severity: 'warning',
    title: 'More Consul servers than help',
    summary: ({ count }) => `consul-server runs on ${count} nodes`,
    why: 'every write waits for the disks of a majority: more servers make it slower, and more than 7 add no safety worth it',
    fix: 'run it on 3 or 5 nodes and consul-client on the rest',
    explain:
      'HashiCorp recommends three or five servers per datacenter. Clients can be had by the hundred, and cost the servers little.',
  }),
  CONSUL_SERVER_BOARD_TOO_SMALL: code<{ node: string; model: string; lacks: string }>({
    title: 'A board that cannot carry a Consul server',
    summary: ({ node, model, lacks }) => `${node} is a ${model} (${lacks}), too small for a Consul server`,
    why: 'it would be killed for lack of memory or fall behind, and the others would vote it out and in again',
    fix: ({ node }) => `give ${node} consul-client, and choose servers with  { memory: ">=1GiB" }`,
    explain:
      'A server needs about 60 MB when idle, several times that while it takes a snapshot or starts, and an ARMv6 core of 1 GHz cannot do ' +
      'the TLS handshakes of a cluster in time for an election. A Pi Zero carries a client well.',
  }),
  CONSUL_CLIENT_WITHOUT_SERVER: code({
    title: 'Consul clients without a server',
    summary: 'consul-client is used, and no node is a consul-server',
    why: 'a client keeps nothing itself: without a server it finds nobody',
    fix: 'add  consul-server: { on: … }  for 1, 3 or 5 nodes',
    explain:
      'Every node of the datacenter runs an agent. Servers keep the catalog and the key-value store; clients register what runs on their ' +
      'node and pass questions on.',
  }),
  CONSUL_UI_NODE_UNKNOWN: code<{ name: string; near?: string | undefined }>({
    title: 'A web interface on a node that has no Consul',
    summary: ({ name }) => `ui names ${name}, which is no node with consul-server or consul-client`,
    why: 'the web interface is part of the agent, so there would be none',
    fix: ({ near, name }) =>
      near ? `did you mean ${near}?` : `give ${name} one of the two roles, or name another node`,
    explain:
      'Any agent can show the web interface. On the nodes that `ui` names it can be reached over the network, at https://NODE:8501/ui.',
  }),
  CONSUL_POLICY_UNKNOWN: code<{ token: string; policy: string; near?: string | undefined }>({
    title: 'A token with a policy that does not exist',
    summary: ({ token, policy }) => `the token ${token} has the policy ${policy}, which is not declared`,
    why: 'no token can be made with a policy that is not there',
    fix: ({ near, policy }) => (near ? `did you mean ${near}?` : `declare ${policy} under policies`),
    explain:
      "Tokens take policies by name: those under `policies` of consul-server, and Consul's own `global-management` and `builtin/global-read-only`.",
  }),
  CONSUL_ADDRESS_SCOPED: code<{ node: string; address: string }>({
    origin: 'cluster',
    shownBy: 'test/errors/refused-by-check.test.ts',
    title: 'An address that only this computer can use',
    summary: ({ node, address }) => `${node} has the address ${address}, with an interface of this computer`,
    why: 'the other members are told this address, and for them the interface behind % is another one or none; Consul refuses to bind to it',
    fix: ({ node }) => `give ${node} an address that all nodes can use, such as 192.168.1.10 or fd00::10`,
    explain:
      'Addresses that begin with fe80 count on one link only, so the interface has to be named on each computer by its own name (RFC 4007). SSH can use them; ' +
      'members of a datacenter cannot, because all of them are told the same address.',
  }),
  CONSUL_METADATA_REFUSED: code<{ what: string; problem: string }>({
    origin: 'cluster',
    shownBy: 'test/errors/refused-by-check.test.ts',
    title: 'Labels or metadata that Consul does not take',
    summary: ({ what, problem }) => `${what} ${problem}`,
    why: 'the agent would not start with them',
    fix: 'have at most 64 pairs with values of at most 512 characters, and no names that begin with consul-',
    explain:
      'Labels of a node become its metadata in Consul (with fqdn, model, architecture and one pair for each label of `has`), `meta` that of a service. ' +
      'The limits are those of the agent; larger things belong into `kv`.',
  }),
  CONSUL_SERVICE_NAME_TAKEN: code({
    origin: 'cluster',
    shownBy: 'test/errors/refused-by-check.test.ts',
    title: 'A service with the name of Consul itself',
    summary: 'a service cannot be called consul',
    why: 'the servers announce themselves under that name, and whoever asks for them would get your service',
    fix: 'call it otherwise',
    explain: '`consul.service.DOMAIN` are the servers of the datacenter, which register it themselves.',
  }),
  CONSUL_SETTING_RESERVED: code<{ setting: string; instead: string }>({
    title: 'A setting of Consul that Bramble must make itself',
    summary: ({ setting }) => `${setting} cannot be among the settings`,
    why: 'it would hold a secret in plain text, or take away what the cluster stands on',
    fix: ({ instead }) => instead,
    explain:
      '`settings` goes into a configuration file as it is. Gossip keys and tokens are kept as secrets and reach the node in files of their own; ' +
      'the name of a node, the domain and the folder of its state have options or follow from the cluster file.',
  }),
  CONSUL_NODE_ID_TWICE: code<{ node: string; other: string; id: string; folder: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/consul-server/copied-agents.test.ts',
    title: 'Two nodes that are one for Consul',
    summary: ({ node, other }) => `${node} and ${other} have the same node id of Consul`,
    why: 'Consul takes them for one node: it refuses one of the two, or lets them take each other’s place',
    fix: ({ node, folder }) =>
      `on the one whose card is the copy, such as ${node}:  sudo systemctl stop consul; sudo rm -rf ${folder}/node-id ${folder}/raft ${folder}/serf;  then here:  bramble facts ${node}  and  bramble apply`,
    explain:
      'An agent makes its id at its first start and keeps it in `node-id` of its data folder. A card that is copied after that carries the id of the first node, also when the machine id and the ' +
      'SSH host keys of the copy were made anew. The ids are read with every look at a node and kept in `cluster.lock`; nothing is changed while two are alike. The copy of a server ' +
      'has the log of the consensus of the first as well, so that goes, too: it is given the current one by the other servers.',
  }),
  CONSUL_SETTING_UNKNOWN: code<{ setting: string; near: string | undefined; version: string }>({
    origin: 'cluster',
    shownBy: 'test/errors/unknown-names.test.ts',
    title: 'A setting that Consul does not have',
    summary: ({ setting }) => `${setting} is no setting of Consul`,
    why: ({ version }) => `Consul ${version} does not start with a key that it does not know`,
    fix: ({ setting, near }) =>
      near === undefined ? `take ${setting} out, or look its name up` : `did you mean ${near}?`,
    explain:
      '`settings` goes into the configuration file of the agent as it is, and an agent ends with `invalid config key` when it does not know a key. Which keys there are is ' +
      'known of the lines up to 1.22; of a later line you are told the same as a warning (`CONSUL_SETTING_NOT_KNOWN`). The keys are those of ' +
      'HashiCorp\'s page "Agent configuration reference".',
  }),
  CONSUL_SETTING_NOT_KNOWN: code<{
    setting: string
    near: string | undefined
    version: string
    upTo: string
  }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'test/errors/unknown-names.test.ts',
    title: 'A setting that only a new Consul can have',
    summary: ({ setting, upTo }) => `${setting} is no setting of Consul up to ${upTo}`,
    why: 'where the version that runs does not know it either, an apply fails on the first node and changes nothing there',
    fix: ({ setting, near }) =>
      near === undefined
        ? `look ${setting} up in Consul's agent configuration reference, or take it out`
        : `did you mean ${near}? if the new version does have ${setting}, leave it as it is`,
    explain:
      'Bramble knows the keys of the configuration of Consul up to 1.22. A later version may have more, so this is a warning. Before the file is put in place, the agent of the ' +
      'node is asked what it thinks of it (`consul validate`): a key that it does not know fails there, and what runs goes on as before.',
  }),
  CONSUL_VERSION_UNSUPPORTED: code<{ version: string; oldest: string }>({
    title: 'A version of Consul that is too old',
    summary: ({ version }) => `Consul ${version} is older than anything that is supported`,
    why: 'its tokens and its configuration have another form',
    fix: ({ oldest }) => `write a version of ${oldest} or later, or leave version out`,
    explain: "The roles know Consul from 1.8 on, which is Debian's last package.",
  }),
  CONSUL_PACKAGE_VERSION: code<{ version: string; suite: string; line: string }>({
    title: 'A version of Consul that is not in Debian',
    summary: ({ version }) => `Debian has no package of Consul ${version}`,
    why: ({ suite, line }) =>
      `the last suite with Consul, ${suite}, has a version of ${line}; there is nothing else to install`,
    fix: ({ version }) => `leave version out, or write  source: release  for ${version} from HashiCorp`,
    explain:
      "Debian's last package of Consul is the one of bullseye. It installs on later releases, too; `source: package` takes it from there and nothing else. Which version of its line that is, is " +
      "Debian's affair. Newer versions come from HashiCorp.",
  }),
  CONSUL_PACKAGE_ARMV6: code<{ node: string }>({
    severity: 'warning',
    title: "A board that cannot run Debian's Consul",
    summary: ({ node }) => `${node} is ARMv6, and Debian's package is built for ARMv7`,
    why: 'on the board the program would end at once with "Illegal instruction"',
    fix: 'write  source: release: the release of HashiCorp runs on every Raspberry Pi',
    explain:
      "Debian's armhf means ARMv7 with VFPv3. The archive of Raspberry Pi OS (32-bit) builds packages for ARMv6; on a board that uses it, the package comes from there.",
  }),
})

/** Servers that may be lost while a majority is left. */
function tolerance(count: number): number {
  return count - (Math.floor(count / 2) + 1)
}
