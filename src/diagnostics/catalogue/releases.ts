/** Codes for release files of engines: fetched once by the controller, verified, pinned. */
import { code, defineCodes } from '../define-codes.ts'

const SHOWN_BY = 'src/releases/fetch-release.test.ts'
const SHOWN_BY_INDEX = 'src/releases/release-index.test.ts'

const NOTHING_ON_HAND = 'nobody said which versions are out, and none is on hand; no node was touched'
const WITHOUT_INDEX =
  'look at the network of this computer, name a mirror under releases.mirror, or write the version into the cluster file'
const INDEX =
  'Which version a new cluster begins with, and where `bramble upgrade` goes, is asked of the maker: for HashiCorp of `PRODUCT/index.json` on its release server. A mirror serves the ' +
  'same path. When it cannot be asked, the newest version that is cached on this computer or lies in the mirror is taken, and its age is told. Nothing is asked for a cluster whose ' +
  'version stands in the cluster file or in the cluster lock. The index is signed by nobody: it has a limit of size and of time, and the release that it leads to is checked against the ' +
  'signature of its maker.'

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
  RELEASE_MISSING: code<{ url: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY,
    title: 'A release that is not there',
    summary: ({ url }) => `there is no ${url}`,
    why: 'who was asked for it answered that it has no such file; no node was touched',
    fix: 'write a version that is out into the cluster file; a mirror must have all of it: the release, its checksums and their signature',
    explain:
      'The maker, or the mirror under `releases.mirror`, answered, and does not have this file: the version is not out, or a mirror has only a part of what its maker publishes. ' +
      'Nothing is used that lacks its checksums or their signature where its maker has them.',
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
  RELEASE_FIRST_SEEN: code<{ file: string; place: string; sha256: string }>({
    origin: 'cluster',
    severity: 'warning',
    shownBy: 'src/wishes/meet-releases.test.ts',
    title: 'A release that nobody vouches for',
    summary: ({ file }) => `${file} is pinned as it was first seen`,
    why: ({ place, sha256 }) =>
      `its maker has no list of checksums, so only the connection to ${place} vouches for it; its SHA-256 is ${sha256}`,
    fix: 'compare the checksum with one that you have from elsewhere, and commit cluster.lock',
    explain:
      'Some makers publish a program without a checksum. The first file that was fetched is kept by its checksum in the cluster lock, and another one is refused from then on ' +
      '(`RELEASE_CHANGED`), on every computer that has the lock.',
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
      'Nomad since 1.8 and Vault are not built for 32-bit ARM, so they cannot run on a Pi Zero, Zero W, 1 or a 32-bit system.',
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
  RELEASE_KEY_UNREADABLE: code<{ path: string; reason: string; isStated: boolean }>({
    origin: 'cluster',
    shownBy: 'src/wishes/meet-releases.test.ts',
    title: 'A key for releases that cannot be read',
    summary: ({ path }) => `the key ${path} cannot be read`,
    why: ({ reason }) => `${reason}; without the key nothing that is signed by it is trusted`,
    fix: ({ isStated }) =>
      isStated
        ? 'correct releases.key in the cluster file: the path counts from its folder'
        : 'put the public key of the maker there, or correct signature.key in the layout of the role',
    explain:
      'The key is an OpenPGP public key, armored or not, as `gpg --export` writes it. Without `releases.key` the key of the maker is used, which comes ' +
      'with Bramble.',
  }),
  RELEASE_INDEX_UNREACHABLE: code<{ url: string; reason: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY_INDEX,
    title: 'An index of releases that cannot be asked',
    summary: ({ url, reason }) => `${url} cannot be asked: ${reason}`,
    why: NOTHING_ON_HAND,
    fix: WITHOUT_INDEX,
    explain: INDEX,
  }),
  RELEASE_INDEX_MISSING: code<{ url: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY_INDEX,
    title: 'A mirror without an index of its releases',
    summary: ({ url }) => `there is no ${url}`,
    why: NOTHING_ON_HAND,
    fix: 'let the mirror serve the index of the maker beside the releases (PRODUCT/index.json), or write the version into the cluster file',
    explain: INDEX,
  }),
  RELEASE_INDEX_INVALID: code<{ url: string; reason: string }>({
    origin: 'cluster',
    shownBy: SHOWN_BY_INDEX,
    title: 'An index of releases that is none',
    summary: ({ url }) => `${url} is not an index of releases`,
    why: ({ reason }) => `${reason}; nothing of it was believed`,
    fix: 'open the address in a browser: a portal that asks for a login answers like that, too; or write the version into the cluster file',
    explain: INDEX,
  }),
  RELEASE_INDEX_TOO_LARGE: code<{ url: string; megabytes: number }>({
    origin: 'cluster',
    shownBy: SHOWN_BY_INDEX,
    title: 'An index of releases without end',
    summary: ({ url, megabytes }) => `${url} has more than ${megabytes} MiB`,
    why: 'no maker has so many releases; the rest was not read, and nothing of it was believed',
    fix: 'leave the mirror and tell whoever keeps it, or write the version into the cluster file',
    explain: INDEX,
  }),
  RELEASE_INDEX_TOO_SLOW: code<{ url: string; seconds: number }>({
    origin: 'cluster',
    shownBy: SHOWN_BY_INDEX,
    title: 'An index of releases that does not come to its end',
    summary: ({ url, seconds }) => `${url} was not through after ${seconds} s`,
    why: NOTHING_ON_HAND,
    fix: WITHOUT_INDEX,
    explain: INDEX,
  }),
  RELEASE_INDEX_WITHOUT_LINE: code<{
    title: string
    place: string
    lines: readonly string[]
    newest: string | undefined
  }>({
    origin: 'cluster',
    shownBy: 'src/programs/decide-versions.test.ts',
    title: 'No release of a line that can be taken',
    summary: ({ title, place }) => `${place} has no ${title} that can be taken`,
    why: ({ lines, newest }) =>
      `${lines.length === 0 ? 'no line that this Bramble knows is supported any more' : `lines that this Bramble knows and that are supported: ${lines.join(', ')}`}; ` +
      `the newest version there is ${newest ?? 'none'}`,
    fix: 'update Bramble, or bring the mirror up to date, or write a version that is there into the cluster file',
    explain:
      'A new cluster begins with the newest version of the newest line whose configuration Bramble knows and which its maker supports. Versions that were taken back, ' +
      'and those with a weakness that breaks what SECURITY.md promises, are never chosen.',
  }),
  RELEASE_INDEX_OLD: code<{ title: string; place: string; chosen: string; seen: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'src/programs/decide-versions.test.ts',
    title: 'An index that does not know a version that is out',
    summary: ({ place, title, seen }) => `${place} does not know ${title} ${seen}, which is out`,
    why: ({ chosen }) =>
      `${chosen} was taken, which lacks what was mended since; the mirror is old, or somebody holds it back`,
    fix: 'bring the mirror up to date, then type  bramble upgrade',
    explain:
      'The dates of support that come with Bramble name the newest version of each line that was seen when they were made. An index is signed by nobody, so a mirror could hide a ' +
      'version that mends something; this is how it shows.',
  }),
  RELEASE_PASSED_OVER: code<{ title: string; version: string; chosen: string; lacks: readonly string[] }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'src/programs/decide-versions.test.ts',
    title: 'A newer release that is not there for all boards',
    summary: ({ title, version, lacks }) => `${title} ${version} is not there for linux ${lacks.join(', ')}`,
    why: ({ chosen }) => `all nodes of an engine run one version, so that ${chosen} was taken`,
    fix: 'nothing, if the maker is still building; else take the role off those boards and type  bramble upgrade',
    explain: 'The index of a maker says for which systems each version was built.',
  }),
  RELEASE_ON_HAND: code<{ title: string; version: string; place: string; days: number; reason: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'src/programs/decide-versions.test.ts',
    title: 'A version that was chosen without asking its maker',
    summary: ({ title, version, place, days }) =>
      `${title} ${version} is the newest ${place}, there since ${days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days`}`,
    why: ({ reason }) =>
      `nobody could be asked what is out (${reason}); a newer one may mend what this one has`,
    fix: 'type  bramble upgrade  when the network is back',
    explain: INDEX,
  }),
})
