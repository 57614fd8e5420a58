#!/bin/sh
# Copies what is read at run time and is not TypeScript from src to dist.
set -eu
cd "$(dirname "$0")/../src"
find . \( -name '*.sh' -o -name '*.asc' -o -name '*.json' \) ! -path './resources/*' ! -path './compile/*' ! -path './delivery/*' | while IFS= read -r file; do
  mkdir -p "../dist/${file%/*}"
  cp "$file" "../dist/$file"
done
