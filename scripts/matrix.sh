#!/usr/bin/env bash
# Runs the tests of the stores on several versions of their servers, and those of the middleware on several runtimes, and
# writes docs/support.md. `npm run matrix -- valkey bun` does so for the rows with one of these in their name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# With the tests that take minutes.
export COATCHECK_MATRIX=1

logs=.matrix
rm -rf "$logs"
mkdir -p "$logs"
# shellcheck source=scripts/apt.sh
source scripts/apt.sh
# shellcheck source=scripts/databases/databases.sh
source scripts/databases/databases.sh
# shellcheck source=scripts/matrix/images.sh
source scripts/matrix/images.sh

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/coatcheck-matrix-XXXXXX")
export TMPDIR
# Some tests give up their rights, and have to find what they have made here.
chmod 755 "$TMPDIR"
close() {
  set +e
  close_databases
  rm -rf --one-file-system "$TMPDIR"
}
trap close EXIT

for name in redis postgres mysql mongodb; do "get_$name"; done
# A server that cannot be had is a row that says so.
while read -r kind database tag source; do
  # shellcheck disable=SC2086 # Words of the line.
  "image_of_$kind" "$database" "$tag" $source || true
done < <(node scripts/matrix/rows.mjs)

node scripts/matrix/main.mjs "$@"
