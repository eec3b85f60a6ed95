#!/usr/bin/env bash
# Checks the workflows in .github with actionlint, which Go gets from its module proxy and keeps in its cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v go >/dev/null; then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo 'The check of the workflows needs Go: put "go" on the PATH, or run this as root on Debian.' >&2
    exit 1
  fi
  source scripts/apt.sh
  logs=$(mktemp -d) apt_install golang-go ca-certificates
fi
go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
