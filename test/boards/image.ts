/** Container images without a registry: programs of this computer with the libraries that they need, and nothing else. */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { arch, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '../../src/support/run.ts'

/** What an image is made of. */
export interface Image {
  /** Name with tag. */
  readonly name: string
  /** Path in the image, and the program of this computer that is there. */
  readonly programs: Readonly<Record<string, string>>
  /** Path in the image, and what it is another name of. */
  readonly links?: Readonly<Record<string, string>>
  /** What is run when nobody says otherwise. */
  readonly entrypoint: readonly string[]
}

/** Busybox alone: a shell and the small tools. */
export const BUSYBOX: Image = {
  name: 'bramble.test/busybox:1',
  programs: { '/bin/busybox': '/bin/busybox' },
  links: { '/bin/sh': 'busybox' },
  entrypoint: ['/bin/busybox'],
}

/** The image as `docker save` writes it, which containerd reads too (image-spec v1.2 of Docker: manifest, settings, one layer). */
export async function archiveOf({ name, programs, links = {}, entrypoint }: Image): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-image-'))
  try {
    const root = join(folder, 'root')
    const libraries = (await Promise.all(Object.values(programs).map(librariesOf))).flat()
    for (const [path, source] of [
      ...Object.entries(programs),
      ...libraries.map((library) => [library, library]),
    ]) {
      const target = join(root, path ?? '')
      await mkdir(dirname(target), { recursive: true })
      await copyFile(source ?? '', target)
    }
    for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path))
    await tar(root, join(folder, 'layer.tar'), '.')
    const layer = createHash('sha256').update(await readFile(join(folder, 'layer.tar')))
    const settings = {
      architecture: arch() === 'x64' ? 'amd64' : arch(),
      os: 'linux',
      config: { Entrypoint: entrypoint, Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer.digest('hex')}`] },
    }
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]
    await writeFile(join(folder, 'config.json'), JSON.stringify(settings))
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
    await tar(folder, join(folder, 'image.tar'), 'manifest.json', 'config.json', 'layer.tar')
    return await readFile(join(folder, 'image.tar'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The loader and the libraries of a program; none for a static one, for which ldd ends with an error. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program])
  return [...stdout.toString().matchAll(/(?:^\s*|=> )(\/\S+) \(0x/gm)].map((match) => match[1] ?? '')
}

async function tar(from: string, to: string, ...names: string[]): Promise<void> {
  const { code, stderr } = await run('tar', ['-C', from, '--owner=0', '--group=0', '-cf', to, ...names])
  if (code !== 0) throw new Error(`tar: ${stderr}`)
}
