/** Codes of `bramble update`. */
import { code, defineCodes } from '../define-codes.ts'

const shownBy = 'test/lanes/updates/update.test.ts'

/** What keeps a run of updates from beginning. */
export const updateCodes = defineCodes({
  UPDATE_WITHOUT_ROLE: code<{ nodes: readonly string[] }>({
    origin: 'command',
    shownBy,
    title: 'No node of the run has the role that brings updates',
    summary: ({ nodes }) => `none of ${nodes.join(', ')} has the role updates`,
    why: 'it says which nodes are brought up to date, and keeps the nightly job away from what engines run',
    fix: 'write  updates: { on: all }  under roles, then run bramble apply',
    explain:
      '`bramble update` brings the packages of nodes up to date and starts boards anew where that is due. `bramble upgrade` is something else: it pins newer versions of engines.',
  }),
  UPDATE_WINDOW_CLOSED: code<{ days: readonly string[]; from: string; to: string }>({
    origin: 'command',
    shownBy,
    title: 'The window for updates is closed',
    summary: ({ days, from, to }) =>
      `the window for updates is closed: it is open ${days.length === 7 ? 'every day' : days.join(', ')} from ${from} to ${to}`,
    why: 'window of the cluster file says when boards may be started anew',
    fix: 'wait for it, or add --now',
    explain:
      'No node is begun with while the window is closed, by the clock of the computer on which Bramble runs; what was begun is finished. `--now` does it all the same.',
  }),
})
