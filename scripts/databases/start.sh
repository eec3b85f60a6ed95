#!/usr/bin/env bash
# Gets what database tests need, and leaves it there: `bash scripts/databases/start.sh [redis] [postgres] [mongodb] [mysql]`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

logs=.verify
mkdir -p "$logs"
# shellcheck source=scripts/apt.sh
source scripts/apt.sh
# shellcheck source=scripts/databases/databases.sh
source scripts/databases/databases.sh

if (($# == 0)); then set -- redis postgres mongodb mysql; fi
for name in "$@"; do "get_$name"; done
