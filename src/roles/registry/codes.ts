/** Codes of the role `registry`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with it before it exists. */
export const registryCodes = defineCodes({
  REGISTRY_FOLDER_NOT_ON_DISK: code<{ folder: string; disk: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/registry/registry.test.ts',
    title: 'Images beside the disk that they are to lie on',
    summary: ({ folder, disk }) => `the folder ${folder} is not below the disk ${disk}`,
    why: 'the registry would wait for the disk and fill another one',
    fix: ({ disk }) => `write  folder: ${disk}/images`,
    explain:
      '`disk` is the mount point that the registry waits for and ends with; the folder of the images lies below it, never the mount point itself.',
  }),
})
