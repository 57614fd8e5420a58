/** `bramble completion`: prints the completions for a shell; the shell then asks the hidden command `complete`. */
import { Argument } from 'commander'
import type { Command, Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { tell } from '../tell.ts'

/** Shells that completions exist for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      [
        '\nTo have them in every shell:',
        "  bash  echo 'source <(bramble completion bash)' >>~/.bashrc",
        "  zsh   echo 'source <(bramble completion zsh)' >>~/.zshrc",
        '  fish  bramble completion fish >~/.config/fish/completions/bramble.fish',
      ].join('\n'),
    )
    .action((shell, _options, self) =>
      session.run(self, async (context) => {
        const { completionScript } = await import('../complete/shell-script.ts')
        const script = completionScript(shell as (typeof SHELLS)[number])
        tell(context, { shell, script }, script.trimEnd())
        return EXIT.ok
      }),
    )
}
