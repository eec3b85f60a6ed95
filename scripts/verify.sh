#!/usr/bin/env bash
# Every check that a change has to pass. Run it after `npm ci`: it gets what the tests need, then runs every step,
# several at a time. A failed step does not stop the others. The last line is the count: `N passed, N failed`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

logs=.verify
passed=0
failed=0
skipped=0
# The databases that the tests need, of those that scripts/databases/databases.sh can get.
databases=${COATCHECK_DATABASES-redis postgres mysql mongodb}
missing=''
# How many runs of tests at the same time. They spend most of their time waiting.
at_once=${COATCHECK_AT_ONCE-$(($(nproc) + 1))}

source scripts/apt.sh
source scripts/side-by-side.sh
source scripts/databases/databases.sh

# Files that tests leave in the folder for temporary files are removed at the end, even after an interrupt.
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/coatcheck-verify-XXXXXX")
export TMPDIR
# Some tests drop their rights, and still have to find the files that they have made here.
chmod 755 "$TMPDIR"
close() {
  # A `return` in here would set the status of the script, and must not end the cleanup.
  set +e
  end_all
  close_databases
  rm -rf --one-file-system "$TMPDIR"
}
trap close EXIT

# One function for each thing that the tests need and a bare machine lacks. Each prints one line about what it does.
# If the thing is not available, it prints one sentence and returns a non-zero status.

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

# Starts early because it is slow: the images have to be there when the tests need them.
get_images() {
  for name in $databases; do "get_$name" || true; done
}

# If no prebuilt better-sqlite3 can be downloaded, npm compiles it, which takes one core about two minutes. After `npm ci --ignore-scripts`
# this is done here, beside lint, types and the build.
get_sqlite() {
  if node -e "new (require('better-sqlite3'))(':memory:')" 2>/dev/null; then
    echo 'better-sqlite3: installed'
    return
  fi
  npm rebuild better-sqlite3
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
    echo "$name" >>"$logs/failures.txt"
  fi
}

# If a database is not available, its tests do not run, and the last lines name it. With REQUIRE_DATABASES=all this
# is a failure as well.
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

# The runs of vitest: `NAME PROJECT SHARD`, or `NAME runtime RUNTIME` for the middleware on another Node. Those that need no SQLite come first,
# because it may still be compiled, and long ones before short ones. The files of one run are tested one after the other, with the
# databases of that run.
test_runs() {
  local shard name runtimes=(node22 node24 node26)
  for shard in 1 2; do echo "suite-$shard suite $shard/2"; done
  for name in $databases; do
    if [[ " $missing " != *" $name "* ]]; then echo "$name $name 1/1"; fi
  done
  for shard in 1 2; do
    if [[ -z $missing ]]; then echo "databases-$shard databases $shard/2"; fi
  done
  # The runs on another Node wait for time more than they compute, so each is beside one that computes.
  for shard in 1 2 3; do
    echo "unit-$shard unit $shard/3"
    name=${runtimes[shard - 1]}
    echo "$name runtime $name"
  done
  echo 'browser browser 1/1'
}

# Counts single tests instead of whole runs.
count_tests() {
  local name=$1 status=0 p f s
  printf '\n== tests: %s\n' "$name"
  end "$name" || status=$?
  read -r p f s < <(node scripts/count-tests.mjs "$logs/$name.json" "$status" "$logs/failures.txt")
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
}

run_tests() {
  local runs=() counted=0 has_sqlite='' running name project shard
  while read -r name project shard; do
    # Shows results in the order in which the runs began, as soon as they have ended.
    while ((${#runs[@]} - counted >= at_once)); do
      for running in "${!runs[@]}"; do
        if [[ -n ${runs[running]} ]] && has_ended "${runs[running]}"; then
          count_tests "${runs[running]}"
          runs[running]=''
          counted=$((counted + 1))
        fi
      done
      sleep 0.2
    done
    if [[ -z $has_sqlite && $project =~ ^(databases|unit|browser|runtime)$ ]]; then
      step 'sqlite' end sqlite
      has_sqlite=yes
    fi
    local how=(node_modules/.bin/vitest run --project "$project" --shard "$shard" --passWithNoTests)
    if [[ $project == runtime ]]; then how=(node scripts/test-runtime.mjs "$shard"); fi
    begin "$name" "${how[@]}" --reporter=default --reporter=json --outputFile.json="$logs/$name.json"
    runs+=("$name")
  done < <(test_runs)
  for name in "${runs[@]}"; do
    if [[ -n $name ]]; then count_tests "$name"; fi
  done
}

rm -rf "$logs"
mkdir -p "$logs"

step 'chromium' get_chromium
get_docker || true
begin images get_images
begin sqlite get_sqlite
begin lint npm run --silent lint
begin types npm run --silent test:types
begin site npm run --silent docs:check
begin workflows bash scripts/lint-workflows.sh
step 'build' build
begin packages npm run --silent check:packages
step 'lint' end lint
step 'types of the tests' end types
step 'workflows' end workflows
end images || true
for name in $databases; do get_database "$name"; done
export COATCHECK_WITHOUT=$missing
# Tests that install the packages need not compile them again.
export COATCHECK_BUILT=yes
run_tests
step 'packages' end packages
step 'site' end site
close_databases

printf '\nHow long each part took, and the processor time of its own processes (user, system), without the databases:\n'
sort "$logs/times.txt"
if [[ -n $missing ]]; then printf '\nNot tested, for want of the database:%s\n' "$missing"; fi
if ((failed > 0)); then printf '\nFailed:\n%s\n' "$(<"$logs/failures.txt")"; fi
closing="$passed passed, $failed failed"
if ((skipped > 0)); then closing+=", $skipped skipped"; fi
printf '\n%s\n' "$closing"
((failed == 0))
