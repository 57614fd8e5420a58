/** The systemd unit of the agent. */
import { AGENT_CONFINEMENT } from '../agent-confinement.ts'
import { CONFIG_FOLDER, CONSUL_USER, stateFiles } from './names.ts'

/**
 * Text of the unit (systemd.exec(5), systemd.service(5)).
 *
 * `Type=exec`: with `notify` the agent tells systemd that it is ready when it has reached another member. A server that
 * starts alone after a power cut would be killed after 90 seconds, again and again; whether it serves is for gates to ask.
 * `AssertPathExists`: without its keyring an agent would talk in the clear. The agent ends with status 1 when it is stopped
 * without leaving the datacenter, which is how it is to be stopped. `network`: the unit of the network that it binds to.
 */
export function unitText(program: string, dataFolder: string, network?: string): string {
  const first = ['network-online.target', ...(network === undefined ? [] : [network])].join(' ')
  return `[Unit]
Description=Consul agent
Documentation=https://developer.hashicorp.com/consul/docs
Wants=${first}
After=${first} time-sync.target
AssertPathExists=${stateFiles.keyring(dataFolder)}
StartLimitIntervalSec=0

[Service]
Type=exec
User=${CONSUL_USER}
Group=${CONSUL_USER}
ExecStart=${program} agent -config-dir=${CONFIG_FOLDER}
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGTERM
SuccessExitStatus=1
Restart=always
RestartSec=5
LimitNOFILE=65536
UMask=0077
ReadWritePaths=${dataFolder}

${AGENT_CONFINEMENT}

[Install]
WantedBy=multi-user.target
`
}
