/** Codes of the role `time`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with where the time comes from. */
export const timeCodes = defineCodes({
  TIME_NEEDS_NAMES: code<{ servers: string }>({
    title: 'Time that needs names',
    summary: ({ servers }) => `every source of time is a name: ${servers}`,
    why: 'after a power cut no name is found before the clock is right, and the clock is not right before a name is found',
    fix: 'put the address of a time server among them, such as that of the router, or 162.159.200.1',
    explain:
      'A Raspberry Pi has no battery for its clock (but the Pi 5, where one was put in). After a power cut it is as far behind as it was without power; DNS over TLS and DNSSEC call everything not yet valid then, so no name is found, not even that of a time server. One source by its address opens the circle.',
  }),
})
