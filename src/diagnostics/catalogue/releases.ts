/** Codes for release files of engines: fetched once by the controller, verified, pinned. */
import { code, defineCodes } from '../define-codes.ts'

const SHOWN_BY = 'src/releases/fetch-release.test.ts'

/** What can be wrong with a release, before any node is touched. */
export const releaseCodes = defineCodes({
  RELEASE_UNREACHABLE: code<{ url: string; reason: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A release that cannot be fetched',
    summary: ({ url, reason }) => `${url} cannot be fetched: ${reason}`,
    why: 'the engine cannot be installed without it; no node was touched',
    fix: 'look at the network of this computer, or name a mirror under releases.mirror',
    explain:
      'Releases are fetched by the controller once, for all nodes. A second run needs no network, because they are kept by their content.',
  }),
  RELEASE_SIGNATURE_WRONG: code<{ file: string; reason: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'Checksums that are not signed by the trusted key',
    summary: ({ file }) => `${file} is not signed by the trusted key`,
    why: ({ reason }) => `somebody else may have made the release (${reason}); nothing of it was used`,
    fix: 'compare releases.key with the key that the maker publishes; leave the mirror if it does not match',
    explain:
      'The file with the checksums carries a detached OpenPGP signature. It is checked with gpgv against the key of the maker, which comes with ' +
      'Bramble, or against `releases.key` for a mirror of your own.',
  }),
  RELEASE_CHECKSUM_WRONG: code<{ file: string; is: string; wanted: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A release that is not what its checksum says',
    summary: ({ file }) => `${file} is damaged or cut short`,
    why: ({ is, wanted }) => `its SHA-256 is ${is}, and ${wanted} was announced; it was thrown away`,
    fix: 'run the command again; if it stays, the mirror has a broken file',
    explain: 'The checksum comes from the signed list of the maker, or from the cluster lock.',
  }),
  RELEASE_CHANGED: code<{
    file: string
    product: string
    version: string
    locked: string
    announced: string
  }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A release with another checksum than the locked one',
    summary: ({ file }) => `${file} is not the file that the cluster lock pins`,
    why: ({ locked, announced }) =>
      `the lock says ${locked}, its maker now says ${announced}; a version never changes its content`,
    fix: ({ product, version }) =>
      `find out why; if the new one is right, type  bramble upgrade ${product}@${version}`,
    explain:
      'The cluster lock keeps the checksum of every release that was used. Makers do not change a version that is out.',
  }),
  RELEASE_NOT_BUILT_FOR: code<{
    product: string
    version: string
    architecture: string
    built: readonly string[]
  }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A release that does not exist for a board',
    summary: ({ product, version, architecture }) =>
      `${product} ${version} does not exist for linux ${architecture}`,
    why: ({ built }) => `its maker built it for ${built.join(', ') || 'no Linux at all'} only`,
    fix: 'take this role off those boards, or choose a version that has it',
    explain:
      'Nomad since 1.8.3 and Vault are not built for 32-bit ARM, so they cannot run on a Pi Zero, Zero W, 1 or a 32-bit system.',
  }),
  RELEASE_ARCHIVE_UNSAFE: code<{ file: string; reason: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A release archive that cannot be trusted',
    summary: ({ file, reason }) => `${file} cannot be unpacked: ${reason}`,
    why: 'an archive with such entries could write outside its folder; nothing of it was used',
    fix: 'leave the mirror and tell whoever keeps it',
    explain:
      'Only the one wanted entry is read, into a file of our own name. Absolute names and names with `..` make the whole archive suspect.',
  }),
  RELEASE_CACHE_FULL: code<{ folder: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'No room for releases on this computer',
    summary: ({ folder }) => `there is no room left in ${folder}`,
    why: 'the release could not be kept; no node was touched',
    fix: ({ folder }) => `make room, or delete old releases in ${folder}: they are fetched again when needed`,
    explain: 'Releases are kept by their content in the cache folder of the user (XDG_CACHE_HOME).',
  }),
  RELEASE_CACHE_UNUSABLE: code<{ folder: string; reason: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A folder for releases that cannot be used',
    summary: ({ folder }) => `releases cannot be kept in ${folder}`,
    why: ({ reason }) => `${reason}; no node was touched`,
    fix: ({ folder }) =>
      `make ${folder} a folder that you may write to, or set XDG_CACHE_HOME to another one`,
    explain: 'Releases are fetched once and kept, so that no later run needs the network for them.',
  }),
  RELEASE_KEY_UNREADABLE: code<{ path: string; reason: string }>({
    origin: 'cluster',
    shownBy: 'src/cluster/role-releases.test.ts',
    title: 'A key for releases that cannot be read',
    summary: ({ path }) => `the key ${path} cannot be read`,
    why: ({ reason }) => `${reason}; without the key of the mirror nothing that comes from it is trusted`,
    fix: 'correct releases.key in the cluster file: the path counts from its folder',
    explain:
      'The key is an OpenPGP public key, armored or not, as `gpg --export` writes it. Without `releases.key` the key of the maker is used, which comes ' +
      'with Bramble.',
  }),
})
