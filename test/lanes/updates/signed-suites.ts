/** Sources of packages in a node's own file system, each with a Release file that says whose it is. */
import type { RepositoryNode } from '../../lab/package-repository.ts'

/** One source, with one package of which the older version is installed. */
export interface Suite {
  readonly name: string
  readonly origin: string
  readonly label: string
}

const BUILD = `set -eu
name=$1 origin=$2 label=$3 folder=/srv/suites/$1
mkdir -p "$folder"
cd "$folder"
for version in 1.0 1.1; do
  rm -rf tree && mkdir -p tree/DEBIAN
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: Nobody <nobody@example.net>\\nDescription: tiny\\n' "$name" "$version" >tree/DEBIAN/control
  dpkg-deb --root-owner-group --build tree "\${name}_$version.deb"
done
dpkg -i "\${name}_1.0.deb"
rm -rf tree "\${name}_1.0.deb"
deb=\${name}_1.1.deb
{
  dpkg-deb --field "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum <"$deb" | cut -d' ' -f1)"
} >Packages
{
  printf 'Origin: %s\\nLabel: %s\\nSuite: stable\\nCodename: trixie\\nDate: %s\\nSHA256:\\n' "$origin" "$label" "$(date -uR)"
  printf ' %s %s Packages\\n' "$(sha256sum <Packages | cut -d' ' -f1)" "$(stat -c %s Packages)"
} >Release
printf 'Types: deb\\nURIs: file:%s\\nSuites: ./\\nTrusted: yes\\n' "$folder" >"/etc/apt/sources.list.d/$name.sources"
`

/** Lays the sources down and installs the older versions; the lists are read anew. */
export async function offerSuites(
  node: Pick<RepositoryNode, 'output'>,
  suites: readonly Suite[],
): Promise<void> {
  for (const { name, origin, label } of suites)
    await node.output('sh', '-c', BUILD, 'sh', name, origin, label)
  await node.output('apt-get', '-q', 'update')
}
