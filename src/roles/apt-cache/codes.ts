/** Codes of the role `apt-cache`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with a cache before it exists. */
export const aptCacheCodes = defineCodes({
  APT_CACHE_SERVER_WITHOUT_ROLE: code<{ name: string; near: string | undefined }>({
    origin: 'cluster',
    shownBy: 'src/roles/apt-cache/apt-cache.test.ts',
    title: 'A cache on a node that does not have the role',
    summary: ({ name }) => `server names ${name}, which does not have the role apt-cache`,
    why: 'nothing would be installed there, and all others would ask it in vain',
    fix: ({ near, name }) => (near === undefined ? `add ${name} to  on` : `did you mean ${near}?`),
    explain: 'Who keeps packages is one of the nodes that fetch them, so it is named in `on` as well.',
  }),
})
