/** The units of a program that systemd keeps running, or runs on a schedule. */
import { WORK_GOODBYE_SECONDS, type ServiceSchedule, type ServiceWork } from '../../topology/service.ts'
import { calendarOf } from './calendar.ts'
import { environmentFile } from './names.ts'
import { quotedWord } from './quoted.ts'

/** A program of a service. */
export interface ProgramWork extends Omit<ServiceWork, 'work'> {
  readonly name: string
  readonly binary: string
}

/**
 * Text of the unit (systemd.exec(5), systemd.service(5)). `DynamicUser` gives it a user that is there while it runs, with which come no new rights, a `/tmp` of its own and
 * a system that it cannot write to. systemd itself reads the environment, as root.
 */
export function workUnitText(work: ProgramWork): string {
  const { name, binary, args, env, memoryMebibytes, schedule } = work
  const command = [binary, ...args].map(quotedWord).join(' ')
  const first = 'network-online.target time-sync.target'
  return `[Unit]
Description=${name}, a service of this cluster
Wants=network-online.target
After=${first}
StartLimitIntervalSec=0

[Service]
${schedule === undefined ? RUNS_ALWAYS : RUNS_ONCE}
DynamicUser=yes
${Object.keys(env).length > 0 ? `EnvironmentFile=${environmentFile(name)}\n` : ''}ExecStart=${command}
TimeoutStopSec=${WORK_GOODBYE_SECONDS}
MemoryMax=${memoryMebibytes}M
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
${schedule === undefined ? '\n[Install]\nWantedBy=multi-user.target\n' : ''}`
}

const RUNS_ALWAYS = 'Type=exec\nRestart=always\nRestartSec=5'
/** A run that lasts longer than its period is not begun a second time: the unit is at work. */
const RUNS_ONCE = 'Type=oneshot'

/**
 * Text of the timer (systemd.timer(5)). It waits for the clock by itself where a schedule names times of the day. `Persistent`: a time that passed while the board was off
 * counts, once; systemd keeps the time of the last run on the disk for that.
 */
export function workTimerText(name: string, schedule: ServiceSchedule): string {
  return `[Unit]
Description=When ${name} is due, a service of this cluster

[Timer]
OnCalendar=${calendarOf(schedule)}
AccuracySec=1s
Persistent=${schedule.missed === 'again' ? 'yes' : 'no'}

[Install]
WantedBy=timers.target
`
}
