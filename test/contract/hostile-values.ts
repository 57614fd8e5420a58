/** Values that shells, quoting and line-based formats get wrong. */

/** Each must reach the node byte for byte, in every kind, under every shell. */
export const HOSTILE_VALUES: readonly string[] = [
  "it's",
  '$HOME ${PATH} $((1+1))',
  'back\\slash \\n \\\\ \\',
  '`id`',
  '$(touch /tmp/bramble-was-here)',
  'two\nlines\n',
  '\ttab and  two spaces ',
  '*',
  '?[a-z]',
  '# no comment',
  '-n',
  '--help',
  'grün 木 🌿',
  'a; touch /tmp/bramble-was-here',
  '" & | < > ( ) { } ! ~ %s %% = , :',
]
