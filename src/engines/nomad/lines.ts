/** What is known of Nomad's versions, as data; until when a line is supported stands in `src/releases/support.json`. */
import { lineOfEngine, type EngineLines } from '../../releases/engine-lines.ts'
import { hashicorpLayout } from '../../releases/hashicorp.ts'
import type { WantedRelease } from '../../releases/layout.ts'
import { compareLines, compareVersions } from '../../releases/version.ts'
import { ENGINE } from './names.ts'

/** Nomad, by what HashiCorp says of it. */
export const NOMAD_LINES: EngineLines = {
  product: ENGINE,
  title: 'Nomad',
  maker: 'HashiCorp',
  layout: hashicorpLayout,
  // 2.0 came right after 1.11.
  known: ['1.10', '1.11', '2.0'],
  withdrawn: [],
  holes: [],
  // "Nomad strives to be backward compatible for at least 1 point release."
  path: { linesPerStep: 1, stops: [], source: 'https://developer.hashicorp.com/nomad/docs/upgrade' },
}

/** How a version wants to be told things. */
export interface Dialect {
  /** `raft_boltdb { no_freelist_sync }`: 2.0 has `raft_logstore` in its place (page "server block in the agent configuration reference"). */
  readonly raftBoltdb: boolean
  /** A right to save snapshots and nothing else (changelog of 1.11.3, GH-27525); before that only management may. */
  readonly snapshotRight: boolean
}

/** The dialect of a version; that of a line which is not known yet is the newest one. */
export function dialectOf(version: string): Dialect {
  return {
    raftBoltdb: compareLines(lineOfEngine(NOMAD_LINES, version), '2.0') < 0,
    snapshotRight: compareVersions(version, '1.11.3') >= 0,
  }
}

/** The release that a node needs; HashiCorp builds Nomad for 64-bit boards alone. */
export function nomadRelease(version: string, architecture: string): WantedRelease {
  return { product: ENGINE, version, architecture, member: ENGINE, layout: NOMAD_LINES.layout }
}
