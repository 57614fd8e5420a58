/** Options of the role `alert-command`. */
import { z } from 'zod'
import { DURATION, oneOrMore, text } from '../../cluster-file/forms.ts'
import { absolutePath } from '../../resources/file/file.ts'

const word = z
  .string()
  .min(1)
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not hold a control character')

const alertName = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an alert, such as BoardHot')

/** The options. */
export const alertCommandOptions = z
  .strictObject({
    run: z
      .array(word)
      .min(1)
      .refine(([program = '']) => absolutePath.safeParse(program).success, {
        message: 'must begin with the absolute path of a program',
      })
      .describe(
        'The command and its arguments. It gets what Alertmanager posts, as JSON, on its standard input, ALERT_STATUS (firing or resolved) and ALERT_NAMES in its environment, and a minute; with an exit status other than 0 it is run again.',
      ),
    alerts: oneOrMore(alertName)
      .optional()
      .describe('Names of the alerts that it is run for; all but Watchdog when left out.'),
    silence: text(DURATION)
      .optional()
      .describe(
        'Run it, too, when a node that watches was not heard for this long (ALERT_NAMES is WatcherSilent), and when it is heard again: such as 2m, two intervals of whoever watches at least. Left out: silence is not noticed.',
      ),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of an account')
      .optional()
      .describe(
        'Account on the node that runs it, such as pi for one that may use the pins of a board; one without any rights, made for it alone, when left out.',
      ),
    port: z.int().min(1).max(65535).default(9195).describe('TCP port on which alerts are heard.'),
    network: z
      .string()
      .optional()
      .describe(
        'Role whose network alerts come over, such as wireguard; by the address of the node when left out.',
      ),
  })
  .describe('Runs a command on the node when an alert fires, and again when it is over.')

export type AlertCommandOptions = z.output<typeof alertCommandOptions>
