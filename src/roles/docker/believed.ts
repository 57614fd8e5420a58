/** Whom dockerd believes besides the public authorities, and what it shows there. */
import type { ImagePlace } from '../../engines/image-places.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'

const FOLDER = '/etc/docker/certs.d'

/** A folder for each place (docker.com, "Verify repository client with certificates"); dockerd reads it for every pull, without a restart. */
export function believed(places: readonly ImagePlace[]): readonly Resource[] {
  if (places.length === 0) return []
  return [
    directory({ path: FOLDER }),
    ...places.flatMap(({ at, trust }) => [
      directory({ path: `${FOLDER}/${at}` }),
      file({ path: `${FOLDER}/${at}/ca.crt`, content: trust.ca }),
      file({ path: `${FOLDER}/${at}/client.cert`, content: trust.cert }),
      file({ path: `${FOLDER}/${at}/client.key`, content: trust.key, mode: '600', sensitive: true }),
    ]),
  ]
}
