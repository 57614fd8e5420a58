/** The completion script of each shell. */
import { script } from '@bomb.sh/tab'

/**
 * A stand-in for a function of the package bash-completion, which the script calls and which many computers do not have.
 * It takes the words as bash split them, which is right for everything but words with `=` or `:`.
 */
const BASH_WITHOUT_PACKAGE = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}")
    cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]}
    prev=\${COMP_WORDS[COMP_CWORD - 1]}
  }
fi
`

/** The text that the shell is to source. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish'): string {
  const text = captured(() => script(shell, 'bramble', 'bramble'))
  return shell === 'bash' ? BASH_WITHOUT_PACKAGE + text : text
}

/** The library prints by itself, with `console.log`; this takes what it prints. */
export function captured(work: () => void): string {
  const { console: printer } = globalThis
  const { log } = printer
  const lines: string[] = []
  printer.log = (...values: unknown[]) => void lines.push(values.join(' '))
  try {
    work()
  } finally {
    printer.log = log
  }
  return lines.map((line) => `${line}\n`).join('')
}
