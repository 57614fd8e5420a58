/** Options that the agents of HashiCorp's engines have in common. */
import { z } from 'zod'
import { judgedBy } from '../cluster-file/forms.ts'

/** Folders that others live in, what lies in memory or comes from the kernel, and homes. */
const SYSTEM_FOLDERS =
  /^\/(?:[^/]+|(?:bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|tmp|usr|home|root)\/.*|var\/(?:[^/]+|(?:run|tmp|cache|lib\/(?:dpkg|apt|systemd|bramble))(?:\/.*)?))$/

/** Folder of an engine's state: its own, on a disk, and written without ways out of it. */
export function stateFolder(engine: string, example: string) {
  return judgedBy(
    z
      .string()
      .regex(
        /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.@+-]+)+$/,
        'must be an absolute path of letters, digits and _ . @ + -, without . and .. for folders',
      ),
    (path) =>
      SYSTEM_FOLDERS.test(path)
        ? {
            problem: 'is a folder of the system, or one in which nothing can be kept',
            fix: `write a folder of its own, such as /var/lib/${example} or /srv/${example}`,
            why: `the folder is given to the user of ${engine}; what lies in memory is gone after a boot, and homes are closed to the agent`,
          }
        : undefined,
  )
}

/** Version of an engine from its maker; left out, the cluster lock has it. */
export function versionOf(engine: string) {
  return z
    .string()
    .regex(
      /^\d+\.\d+\.\d+$/,
      'must be a full version, three numbers with dots between them; left out, it is the newest',
    )
    .optional()
    .describe(
      `Version of ${engine}; default: what the cluster lock pins, at first the newest of the newest line that Bramble knows and HashiCorp supports.`,
    )
}

export const unmaintained = z
  .literal('accepted')
  .optional()
  .describe(
    'accepted: run also a version with a known weakness that breaks what SECURITY.md promises; plan and status go on telling what it means.',
  )

export const raftMultiplier = z
  .int()
  .min(1)
  .max(10)
  .optional()
  .describe('Patience of the consensus with slow servers, 1 to 10; default: by the slowest board.')

/** How much an agent logs; each role says what it is by default. */
export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error'])

/** What becomes of state that is in the folder before the first apply; each role says what it is by default. */
export const oldState = z.enum(['refuse', 'adopt', 'set_aside'])
