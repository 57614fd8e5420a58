/** The release of Consul that was built here, as a benchmark's cluster takes it: from a signed mirror on the loopback. */
import { releaseSettings } from '../test/lab/consul-versions.ts'
import { ReleaseServer } from '../test/releases/release-server.ts'

/** Words for the command line that make settings. */
export function asWords(settings: readonly string[]): string[] {
  return settings.flatMap((text) => ['--set', text])
}

/** Gives the words that make a cluster run the release, and stops the mirror afterwards. */
export async function withRelease<T>(work: (words: readonly string[]) => Promise<T>): Promise<T> {
  const mirror = await ReleaseServer.start()
  try {
    await mirror.addEngine('consul')
    return await work(asWords(releaseSettings(mirror)))
  } finally {
    await mirror.stop()
  }
}
