/** The systemd units of a server and of a client. */
import { AGENT_CONFINEMENT } from '../agent-confinement.ts'
import { CLIENT_STATE, CLIENT_UNIT, END_WORK, NOMAD_USER, PROGRAM, SERVER_FILE, stateFiles } from './names.ts'

/** How long work may take to end by itself where no server can be asked what its job says. */
export const END_SECONDS = 30

/** What a server is given of a board. */
export interface ServerUnit {
  readonly dataFolder: string
  readonly memoryBytes: number
  /** The unit of the network that it binds to. */
  readonly network?: string | undefined
}

/**
 * Text of the unit of a server (systemd.exec(5), systemd.service(5)). `Type=exec`: whether it serves is for gates to ask. `AssertPathExists`: without its
 * keyring a server would gossip in the clear. It ends with status 1 when it is stopped without leaving, which is how it is to be stopped.
 * Half of the board's memory is the most it gets, and Go tidies up harder from a third on: a server that grows is started anew before the
 * board starves.
 */
export function serverUnitText({ dataFolder, memoryBytes, network }: ServerUnit): string {
  const first = ['network-online.target', ...(network === undefined ? [] : [network])].join(' ')
  const mebibytes = Math.floor(memoryBytes / 1024 ** 2)
  return `[Unit]
Description=Nomad server
Documentation=https://developer.hashicorp.com/nomad/docs
Wants=${first}
After=${first} time-sync.target
AssertPathExists=${stateFiles.keyring(dataFolder)}
StartLimitIntervalSec=0

[Service]
Type=exec
User=${NOMAD_USER}
Group=${NOMAD_USER}
Environment=GOMEMLIMIT=${Math.floor(mebibytes / 3)}MiB
ExecStart=${PROGRAM} agent -config=${SERVER_FILE}
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGINT
SuccessExitStatus=1
Restart=always
RestartSec=5
LimitNOFILE=65536
MemoryMax=${Math.floor(mebibytes / 2)}M
UMask=0077
ReadWritePaths=${dataFolder}

${AGENT_CONFINEMENT}

[Install]
WantedBy=multi-user.target
`
}

/** What a client is started with. */
export interface ClientUnit {
  /** Folder of its state. */
  readonly folder: string
  /** The unit of the network that it binds to. */
  readonly network?: string | undefined
  /** Paths of its configuration. */
  readonly files: readonly string[]
}

/**
 * Text of the unit of a client. It runs as root, as it makes roots, groups and mounts for work. `KillMode=process`: work outlives its agent, which finds it
 * again. An agent that ends while it looks for its servers is started again for ever.
 */
export function clientUnitText({ folder, network, files }: ClientUnit): string {
  const first = ['network-online.target', ...(network === undefined ? [] : [network])].join(' ')
  return `[Unit]
Description=Nomad client
Documentation=https://developer.hashicorp.com/nomad/docs
Wants=${first}
After=${first} time-sync.target docker.service
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStartPre=${CLIENT_STATE} ${PROGRAM} ${END_WORK} ${CLIENT_UNIT} ${folder} ${END_SECONDS}
ExecStart=${[PROGRAM, 'agent', ...files.map((path) => `-config=${path}`)].join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
TimeoutStartSec=180
KillMode=process
KillSignal=SIGINT
SuccessExitStatus=1
Restart=always
RestartSec=5
Delegate=yes
LimitNOFILE=65536
LimitNPROC=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`
}
