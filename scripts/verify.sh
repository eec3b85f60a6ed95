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

apt_install() {
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
  if ! { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@"; } \
    >"$logs/apt.log" 2>&1; then
    cat "$logs/apt.log" >&2
    echo "apt-get could not install: $*" >&2
    return 1
  fi
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
run_tests

closing="$passed passed, $failed failed"
if ((skipped > 0)); then closing+=", $skipped skipped"; fi
printf '\n%s\n' "$closing"
((failed == 0))
