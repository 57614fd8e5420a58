/** What the exit status of `bramble` means: one table for the code, `--help` and the reference. */

/** The exit status by what happened. 64 and 70 are those of sysexits.h (EX_USAGE, EX_SOFTWARE), 130 is 128 + SIGINT. */
export const EXIT = {
  ok: 0,
  failure: 1,
  changes: 2,
  unreached: 3,
  usage: 64,
  defect: 70,
  interrupted: 130,
} as const

/** One of the statuses; `bramble ssh` passes on whatever the remote command ended with. */
export type ExitCode = number

/** The meaning of each status, for people. */
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: 'all of it is done, known and well; with plan, also if something differs' },
  {
    code: EXIT.failure,
    meaning: 'something failed, is not well, is wrong in the file, or is not known',
  },
  { code: EXIT.changes, meaning: 'plan --detailed-exitcode: there are changes to apply' },
  {
    code: EXIT.unreached,
    meaning: 'run, logs, top: some nodes could not be reached, and all is well on the others',
  },
  { code: EXIT.usage, meaning: 'the command line was not understood' },
  { code: EXIT.defect, meaning: 'a defect of Bramble itself' },
  { code: EXIT.interrupted, meaning: 'interrupted with Ctrl-C or a signal' },
]

/** The table as it stands at the end of `--help`. */
export function exitCodeHelp(): string {
  const lines = EXIT_MEANINGS.map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
  return ['Exit status:', ...lines].join('\n')
}
