#!/usr/bin/env bash
# Serves or builds the site: `site.sh serve`, `site.sh build`. What only the site needs is installed in its folder first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../site"

if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.installed
fi
node --test --test-reporter=dot test/*.test.mjs
exec node main.mjs "$@"
