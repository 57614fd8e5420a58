/** The systemd unit of a server. */
import { AGENT_CONFINEMENT } from '../agent-confinement.ts'
import { UNIT as CONSUL_UNIT } from '../consul/names.ts'
import { AUDIT_FOLDER, CONFIG_FILE, consulFiles, PROGRAM, VAULT_USER } from './names.ts'

/** What a server is given of a board. */
export interface ServerUnit {
  readonly dataFolder: string
  readonly memoryBytes: number
  readonly audit: boolean
  /** The unit of the network that it binds to. */
  readonly network?: string | undefined
  /** Its data lie in Consul: it comes after the agent, and ends before it. */
  readonly inConsul: boolean
}

/**
 * Text of the unit (systemd.exec(5), systemd.service(5)). `Type=exec`: whether it serves is for gates to ask, and it is sealed at first.
 * Nothing of its memory gets onto a disk: no swap (systemd.resource-control(5), `MemorySwapMax`) and no core dump. Half of the board's
 * memory is the most it gets, and Go tidies up harder from a third on.
 */
export function serverUnitText({ dataFolder, memoryBytes, audit, network, inConsul }: ServerUnit): string {
  const first = ['network-online.target', ...(network === undefined ? [] : [network])].join(' ')
  const later = inConsul ? `${first} ${CONSUL_UNIT}` : first
  const mebibytes = Math.floor(memoryBytes / 1024 ** 2)
  return `[Unit]
Description=Vault
Documentation=https://developer.hashicorp.com/vault/docs
Wants=${first}
After=${later} time-sync.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=${VAULT_USER}
Group=${VAULT_USER}
Environment=GOMEMLIMIT=${Math.floor(mebibytes / 3)}MiB
${inConsul ? `Environment=CONSUL_HTTP_TOKEN_FILE=${consulFiles.token}\n` : ''}ExecStart=${PROGRAM} server -config=${CONFIG_FILE}
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGINT
TimeoutStopSec=60
Restart=always
RestartSec=5
LimitNOFILE=65536
LimitCORE=0
MemoryMax=${Math.floor(mebibytes / 2)}M
MemorySwapMax=0
UMask=0077
ReadWritePaths=${[dataFolder, ...(audit ? [AUDIT_FOLDER] : [])].join(' ')}

${AGENT_CONFINEMENT}

[Install]
WantedBy=multi-user.target
`
}
