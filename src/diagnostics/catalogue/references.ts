/** Codes for texts of the cluster file that stand elsewhere: in a file, in the environment, among the secrets. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with `{ from: … }`. */
export const referenceCodes = defineCodes({
  REFERENCE_UNCLEAR: code<{ key: string; sources: readonly string[] }>({
    title: 'A reference that leads nowhere',
    summary: ({ key }) => `the text of ${key} is from nothing that there is`,
    why: 'the text cannot be found without knowing where it stands',
    fix: ({ sources }) => `write one of  ${sources.map((source) => `{ from: { ${source}: … } }`).join(', ')}`,
    explain:
      'Wherever the cluster file takes a text, `{ from: { file: PATH } }` stands for the text of a file beside it, `{ from: { env: NAME } }` for a variable in the environment ' +
      'of the command, and `{ from: { secret: NAME } }` for a secret of the store. One of them, with a text behind it.',
  }),
  ENVIRONMENT_VARIABLE_MISSING: code<{ name: string; near?: string | undefined }>({
    title: 'A variable that is not in the environment',
    summary: ({ name }) => `the environment has no variable ${name}`,
    why: 'the cluster file takes a text from it; an empty one in its place could be anything',
    fix: ({ name, near }) =>
      near === undefined ? `type  export ${name}=…  before the command` : `did you mean ${near}?`,
    explain:
      '`{ from: { env: NAME } }` is read from the environment of every command that reads the cluster file. A variable that is set and empty is an empty text. ' +
      'What must not show belongs among the secrets: `{ from: { secret: NAME } }`.',
  }),
  SECRET_NOT_TAKEN: code<{ key: string; name: string }>({
    title: 'A secret where none can stand',
    summary: ({ key }) => `${key} cannot be a secret`,
    why: 'it is read, compared or shown before the secrets are opened, or has a form that only its value could tell',
    fix: 'write the text itself, or take it  { from: { file: … } }  or  { from: { env: … } }',
    explain:
      'A secret can be what a role brings to the nodes or into its engine: the content of a file, an entry of a key-value store, a setting. It cannot be a name, an address or another ' +
      'text that Bramble itself goes by.',
  }),
  SECRET_NOT_THERE: code<{ name: string; near?: string | undefined }>({
    title: 'A secret that is not in the store',
    summary: ({ name }) => `there is no secret ${name}`,
    why: 'the cluster file takes a text from it, and only you know what it is',
    fix: ({ name, near }) =>
      near === undefined
        ? `type  bramble secrets import ${name}  and give its value on standard input`
        : `did you mean ${near}?`,
    explain:
      '`{ from: { secret: NAME } }` leads to a secret of the kind `text` in the store beside the cluster file. `bramble secrets import NAME` puts one there, and ' +
      '`bramble secrets list` shows their names. The lab has a store of its own.',
  }),
  SECRET_NOT_TEXT: code<{ name: string; kind: string }>({
    origin: 'secrets',
    shownBy: 'src/api/secrets/secret-texts.test.ts',
    title: 'A secret that is no text',
    summary: ({ name, kind }) => `the secret ${name} is a ${kind}, not a text`,
    why: 'it has several parts, of which none is the text',
    fix: ({ name }) =>
      `bring the part that is meant under a name of its own:  bramble secrets import ${name}-text`,
    explain:
      '`{ from: { secret: NAME } }` takes secrets of the kind `text`. Keys, tokens and certificates are read by the roles that they are for.',
  }),
  SECRET_IN_THE_OPEN: code<{ role: string; kind: string }>({
    title: 'A secret in the open',
    summary: ({ role, kind }) => `${role} would make a secret part of a resource of the kind ${kind}`,
    why: 'arguments, names, settings of the system and files without a secret can be read by every user of the node',
    fix: 'let it read the secret from a file:  files: { path: …, content: { from: { secret: NAME } } }',
    explain:
      'A secret travels to a node as the content of a file, which only its owner can read. Whatever else a role makes, such as the arguments of a command or a setting of the kernel, shows ' +
      'on the node to everybody, and in plans.',
  }),
})
