/** The forms of what a service runs: programs, images, variables, time zones. */
import type { TextForm } from './forms.ts'

/** A program, by its path. */
export const PROGRAM: TextForm = {
  // What systemd and Nomad would read otherwise than it stands there.
  pattern: /^\/[^\p{Cc}$%"'\\]+$/u,
  accepts: (value) => !/\/\.{0,2}(?:\/|$)/.test(value),
  problem: 'is no path of a program',
  fix: 'write the whole path, such as /usr/local/bin/web; arguments go into args',
}

/** The image of a container (OCI distribution, "Pulling manifests"): a registry, a name, a tag or digest. */
export const IMAGE: TextForm = {
  pattern: /^[a-z0-9](?:[A-Za-z0-9._/:@-]*[A-Za-z0-9])?$/,
  // A port stands before a slash; what stands behind the last one is a tag or a digest.
  accepts: (value) => /^[^:@]+(?::[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(value.split('/').at(-1) ?? ''),
  problem: 'is no image with a tag or a digest',
  fix: 'write it with its tag or digest, such as web:1.4: without one it would be another image tomorrow',
}

/** The name of a variable in the environment of a program (POSIX, "Environment Variable Definition"). */
export const ENVIRONMENT_NAME: TextForm = {
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  problem: 'is no name of a variable',
  fix: 'use letters, digits and _, and no digit at the beginning',
}

/** A time zone. */
export const TIME_ZONE: TextForm = {
  pattern: /^[A-Za-z][A-Za-z0-9_+/-]*$/,
  accepts: isTimeZone,
  problem: 'is no time zone',
  fix: 'write a region and a city, such as Europe/Lisbon, or UTC',
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
