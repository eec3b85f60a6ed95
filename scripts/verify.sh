#!/usr/bin/env bash
# Everything that must hold before a change is done, after `npm ci`: gets what the tests need, then runs every
# step. A failed step does not stop the next one. The last line is the count: `N passed, N failed`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export NX_DAEMON=false
logs=.verify
passed=0
failed=0
skipped=0
# The databases that the tests need, of those that scripts/databases/databases.sh can get.
databases=${COATCHECK_DATABASES-redis postgres mongodb}
missing=''

source scripts/apt.sh
source scripts/databases/databases.sh
trap close_databases EXIT

# One function per thing that the tests need and a bare machine lacks. Each says what it does in one line, and
# returns non-zero after one sentence when the thing cannot be had.

get_chromium() {
  if command -v chromium >/dev/null; then
    echo "chromium: $(command -v chromium)"
    return
  fi
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo 'The browser tests need Chromium: put "chromium" on the PATH, or run this as root on Debian.' >&2
    return 1
  fi
  echo 'chromium: installing the Debian package'
  apt_install chromium
}

build() {
  npm run --silent clean && npm run --silent build
}

# Runs a command as one counted step.
step() {
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '== %s: failed\n' "$name" >&2
  fi
}

# Tests of a database that cannot be had do not run, and the last lines name it. Where REQUIRE_DATABASES is `all`,
# it is a failure as well.
get_database() {
  local name=$1
  if [[ ${REQUIRE_DATABASES-} == all ]]; then
    local before=$failed
    step "$name" "get_$name"
    if ((failed > before)); then missing+=" $name"; fi
  else
    printf '\n== %s\n' "$name"
    if "get_$name"; then passed=$((passed + 1)); else missing+=" $name"; fi
  fi
}

# Counts every test instead of the run as a whole.
run_tests() {
  printf '\n== tests\n'
  local status=0 p f s
  npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$logs/vitest.json" || status=$?
  read -r p f s < <(node scripts/count-tests.mjs "$logs/vitest.json" "$status")
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
}

rm -rf "$logs"
mkdir -p "$logs"

step 'chromium' get_chromium
step 'build' build
step 'lint' npm run --silent lint
step 'types of the tests' npm run --silent test:types
step 'packages' npm run --silent check:packages
for name in $databases; do get_database "$name"; done
COATCHECK_WITHOUT=$missing run_tests
close_databases

if [[ -n $missing ]]; then printf '\nNot tested, for want of the database:%s\n' "$missing"; fi
closing="$passed passed, $failed failed"
if ((skipped > 0)); then closing+=", $skipped skipped"; fi
printf '\n%s\n' "$closing"
((failed == 0))
