/** Codes for keys and single values of the cluster file that do not fit its schema. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with one key or one value, whatever its neighbours say. */
export const keyCodes = defineCodes({
  UNKNOWN_KEY: code<{ key: string; parent: string; near?: string | undefined; known: readonly string[] }>({
    title: 'A key that does not exist',
    summary: ({ key, parent }) => `${parent} has no key "${key}"`,
    why: 'what it says would silently have no effect',
    fix: ({ near, known }) => (near ? `did you mean ${near}?` : `known keys: ${known.join(', ') || 'none'}`),
    explain:
      'Every key is checked, so that a misspelt one cannot hide. Your editor completes keys when the first line of the file is ' +
      '`# yaml-language-server: $schema=./cluster.schema.json`; `bramble schema` writes that file.',
  }),
  UNKNOWN_ROLE: code<{ role: string; near?: string | undefined; known: readonly string[] }>({
    title: 'A role that does not exist',
    summary: ({ role }) => `there is no role "${role}"`,
    why: 'nothing says what nodes with this role should do',
    fix: ({ near, known }) => (near ? `did you mean ${near}?` : `known roles: ${known.join(', ') || 'none'}`),
    explain:
      'The roles are listed in the reference. A role of your own lives in `roles/` beside the cluster file.',
  }),
  MISSING_KEY: code<{ key: string; parent: string; description: string }>({
    title: 'A key that has to be there',
    summary: ({ key, parent }) => `${parent} lacks the key "${key}"`,
    why: 'it has no default, because only you can know it',
    fix: ({ key, description }) => withMeaning(`add  ${key}: …`, description),
    explain: 'Most keys have defaults. The few that only you can know have to be written.',
  }),
  WRONG_TYPE: code<{
    key: string
    expected: string
    found: string
    description: string
    quoted?: string | undefined
    instead?: string | undefined
  }>({
    title: 'A value of the wrong sort',
    summary: ({ key, expected, found }) => `${key} takes ${expected}, not ${found}`,
    why: 'the value cannot be used as it stands',
    fix: ({ expected, quoted, instead, description }) =>
      withMeaning(
        quoted === undefined ? (instead ?? `write ${expected}`) : `put it into quotes: "${quoted}"`,
        description,
      ),
    explain:
      'For instance text where a list belongs. Numbers in an unusual form (`010`, `1.50`, `1e3`) are read as text, so that ' +
      'versions and serial numbers keep their zeros; write a number without leading zeros and exponents.',
  }),
  WRONG_CHOICE: code<{
    key: string
    found: string
    choices: readonly string[]
    near?: string | undefined
    otherwise?: string | undefined
  }>({
    title: 'A value that is none of the choices',
    summary: ({ key, found }) => `${key} cannot be ${found}`,
    why: 'only the listed values have a meaning',
    fix: ({ near, choices, otherwise }) =>
      near
        ? `did you mean ${near}?`
        : [`write one of: ${choices.join(', ')}`, ...(otherwise ? [otherwise] : [])].join('\n'),
    explain: 'The reference and your editor list the choices of each key.',
  }),
  BAD_VALUE: code<{
    key: string
    problem: string
    fix?: string | undefined
    why?: string | undefined
    description: string
  }>({
    title: 'A value in the wrong form',
    summary: ({ key, problem }) => `${key} ${problem}`,
    why: ({ why }) => why ?? 'the value cannot be used as it stands',
    fix: ({ fix, description }) => fix ?? withMeaning('write another value', description),
    explain: 'The value has the right sort (text, number, list) but not the form that this key asks for.',
  }),
})

/** What to type, with what the key means on the next line. */
function withMeaning(fix: string, description: string): string {
  return description === '' ? fix : `${fix}\n(${description})`
}
