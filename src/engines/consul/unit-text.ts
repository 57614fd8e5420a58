/** The systemd unit of the agent. */
import { CONFIG_FOLDER, CONSUL_USER, stateFiles } from './names.ts'

/** What the agent and its script checks may not do (systemd.exec(5), "Sandboxing"). */
const CONFINEMENT = `NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM`

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

${CONFINEMENT}

[Install]
WantedBy=multi-user.target
`
}
