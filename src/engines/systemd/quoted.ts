/** Texts as systemd reads them in units and in files of an environment. */

/** One word of a command line: no variable and no specifier of ours is in it (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting"). */
export function quotedWord(word: string): string {
  // eslint-disable-next-line no-control-regex
  const inside = word.replaceAll(/["\\%$\u0000-\u001f\u007f]/g, (one) => WORD_ESCAPES[one] ?? hexEscaped(one))
  return `"${inside}"`
}

const WORD_ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\n': String.raw`\n`,
  '\t': String.raw`\t`,
  '%': '%%',
  $: '$$',
}

function hexEscaped(letter: string): string {
  return `\\x${(letter.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`
}

/** A file of variables (systemd.exec(5), `EnvironmentFile=`): in double quotes these four alone are escaped, and a line may end inside. */
export function environmentText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replaceAll(/["\\`$]/g, String.raw`\$&`)}"\n`)
    .join('')
}
