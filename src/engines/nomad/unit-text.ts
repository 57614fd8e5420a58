/** The systemd unit of a server. */
import { AGENT_CONFINEMENT } from '../agent-confinement.ts'
import { NOMAD_USER, PROGRAM, SERVER_FILE, stateFiles } from './names.ts'

/** What a server is given of a board. */
export interface ServerUnit {
  readonly dataFolder: string
  readonly memoryBytes: number
  /** The unit of the network that it binds to. */
  readonly network?: string | undefined
}

/**
 * Text of the unit (systemd.exec(5), systemd.service(5)). `Type=exec`: whether it serves is for gates to ask. `AssertPathExists`: without its
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
