/**
 * What is known of Consul's versions, as data: its lines, the versions that were taken back, the weaknesses, the steps. How each line
 * wants to be told things is `version.ts`; until when a line is supported stands in `src/releases/support.json`.
 */
import type { EngineLines } from '../../releases/engine-lines.ts'
import { hashicorpLayout } from '../../releases/hashicorp.ts'
import { ENGINE } from './names.ts'

const CHANGELOG = 'https://github.com/hashicorp/consul/blob/main/CHANGELOG.md'
const UPGRADING = 'https://developer.hashicorp.com/consul/docs/upgrade/instructions'

/** Consul, by what HashiCorp says of it. */
export const CONSUL_LINES: EngineLines = {
  product: ENGINE,
  title: 'Consul',
  maker: 'HashiCorp',
  layout: hashicorpLayout,
  // 2.0 came right after 1.22.
  known: [
    '1.8',
    '1.9',
    '1.10',
    '1.11',
    '1.12',
    '1.13',
    '1.14',
    '1.15',
    '1.16',
    '1.17',
    '1.18',
    '1.19',
    '1.20',
    '1.21',
    '1.22',
    '2.0',
    '2.1',
  ],
  withdrawn: [{ version: '1.22.4', source: `${CHANGELOG} (1.22.4)` }],
  holes: [
    {
      id: 'CVE-2021-37219',
      mended: ['1.8.15', '1.9.9', '1.10.2'],
      means:
        'who has the certificate of any member, a client as well, can write messages of the consensus to a server, and so make tokens that may do everything',
      breaksPromise: true,
      source: `${CHANGELOG} (1.8.15, 1.9.9, 1.10.2: "authorize raft requests")`,
    },
    {
      id: 'CVE-2020-25864',
      mended: ['1.7.14', '1.8.10', '1.9.5'],
      means:
        'an entry of the key-value store can run as a script in the browser of who opens it raw in the web interface',
      breaksPromise: false,
      source: `${CHANGELOG} (1.8.10, 1.9.5)`,
    },
    {
      id: 'GH-22682',
      mended: ['1.21.5'],
      means:
        'a key of the key-value store with .. in it can lead a request to another endpoint than the one that was meant',
      breaksPromise: false,
      source: `${CHANGELOG} (1.21.5, 1.22.0: GH-22850)`,
    },
    {
      id: 'CVE-2025-11374',
      mended: ['1.22.0'],
      means:
        'who reaches the API can use up the memory of an agent with what it announces to send (CVE-2025-11375: events, too)',
      breaksPromise: false,
      source: `${CHANGELOG} (1.22.0)`,
    },
  ],
  path: {
    linesPerStep: 2,
    source: UPGRADING,
    stops: [
      {
        from: '1.21',
        to: '2.0',
        asOf: '1.21.7',
        // The page sends Enterprise through 1.21.7, which only Enterprise has; everybody else goes by the general rule.
        otherwise: '1.22',
        source: `${UPGRADING}/upgrade-to-2-0-x`,
      },
    ],
  },
}

/** What Debian has: Consul is in one suite alone, and the version is Debian's affair, within this line. */
export const DEBIAN_CONSUL = { suite: 'bullseye', version: '1.8.7' } as const
