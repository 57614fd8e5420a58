/** The audit devices: what was asked of Vault and answered, with every secret hashed, in a file and in the journal. */
import { z } from 'zod'
import { granted } from '../steps/reply.ts'
import type { Found, Shelf } from '../steps/step.ts'
import type { VaultApi } from './api.ts'
import { AUDIT_FILE } from './names.ts'
import { anything } from './replies.ts'

const KIND = 'vault-audit'
const DESCRIPTION = 'kept by Bramble'

/** One device, as Vault is told of it (its page "Audit devices"). */
interface Device {
  readonly path: string
  readonly type: string
  readonly options: Readonly<Record<string, string>>
}

/**
 * Vault answers nobody while no device takes what it writes (`audit/broker.go`), so there are two that no one thing stops. The journal is bounded
 * by systemd, needs no room on the card of its own, and a write to it that is not taken within 20 ms is given up (`go-syslog`); it comes first.
 */
const DEVICES: readonly Device[] = [
  { path: 'bramble-journal', type: 'syslog', options: { facility: 'AUTH', tag: 'vault-audit' } },
  { path: 'bramble-file', type: 'file', options: { file_path: AUDIT_FILE, mode: '0600' } },
]

/** How many there are. */
export function auditSize(isWanted: boolean): number {
  return isWanted ? DEVICES.length : 0
}

/** `GET /v1/sys/audit`. */
const auditReply = z.object({
  data: z.record(
    z.string(),
    z.object({ type: z.string(), options: z.record(z.string(), z.string()).nullish() }),
  ),
})

/** The shelf of the devices; without one that is wanted, ours are taken away. Those of others are left alone. */
export function auditShelf(isWanted: boolean): Shelf<VaultApi> {
  return {
    kind: KIND,
    async steps(api) {
      if (api === undefined) {
        return isWanted ? DEVICES.map((device, stage) => enable(device, stage, 'create')) : []
      }
      const held = granted('listing the audit devices', await api.get('/v1/sys/audit', auditReply)).data
      return DEVICES.flatMap((device, stage): Found<VaultApi>[] => {
        const there = held[`${device.path}/`]
        if (!isWanted) return there === undefined ? [] : [disable(device, stage)]
        if (there === undefined) return [enable(device, stage, 'create')]
        const isSame =
          there.type === device.type &&
          Object.entries(device.options).every(([name, value]) => there.options?.[name] === value)
        return isSame ? [] : [enable(device, stage, 'update')]
      })
    },
  }
}

function enable(
  { path, type, options }: Device,
  stage: number,
  action: 'create' | 'update',
): Found<VaultApi> {
  return {
    stage,
    difference: {
      address: `${KIND}:${path}`,
      action,
      reason: action === 'create' ? 'nothing is written down there yet' : 'it has other settings',
      differences: [],
    },
    run: async (api) => {
      const place = `/v1/sys/audit/${path}`
      // A device cannot be changed; the other one goes on meanwhile.
      if (action === 'update') granted('ending an audit device', await api.send('DELETE', place, anything))
      const wanted = { type, options, description: DESCRIPTION }
      granted('an audit device', await api.send('PUT', place, anything, wanted))
      return undefined
    },
  }
}

function disable({ path }: Device, stage: number): Found<VaultApi> {
  return {
    stage,
    difference: { address: `${KIND}:${path}`, action: 'remove', reason: 'audit is off', differences: [] },
    run: async (api) => {
      granted('ending an audit device', await api.send('DELETE', `/v1/sys/audit/${path}`, anything))
      return undefined
    },
  }
}
