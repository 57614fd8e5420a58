/** The locales that nodes can have. */
import { z } from 'zod'
import { judgedBy, type Mistake } from '../../cluster-file/forms.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { LANGUAGES } from './locale-names.ts'

const BUILT_IN = ['C', 'POSIX', 'C.UTF-8']

/** A locale that is built in, or that Debian's package `locales` can generate. */
export const knownLocale = judgedBy(z.string(), (name): Mistake | undefined => {
  const [, language = ''] = /^([a-z]{2,3}_[A-Z]{2})\.UTF-8$/.exec(name) ?? []
  if (BUILT_IN.includes(name) || LANGUAGES.has(language)) return undefined
  const [plain = ''] = name.split(/[.@]/)
  const known = [...BUILT_IN, ...[...LANGUAGES].map((one) => `${one}.UTF-8`)]
  const near = didYouMean(`${plain}.UTF-8`, known)
  return {
    problem: 'is no locale that nodes can have',
    fix: near ? `did you mean ${near}?` : 'write C.UTF-8, or a language and country such as pt_PT.UTF-8',
    why: 'there would be nothing to generate it from, and the apply would fail there',
  }
})
