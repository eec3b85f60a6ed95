# shellcheck shell=bash
# An image that stands in for MongoDB's: FerretDB, from the Go module proxy, as a static binary and nothing else.

build_mongodb() {
  local tag=$1 root=$PWD/${logs:?}/image-mongodb.root go
  go=$(find_go) || return
  echo "mongodb: building $tag from FerretDB 1.24"
  local status=0
  { build_ferretdb "$go" "$root" && import_ferretdb "$root" "$tag"; } >"$logs/image-mongodb.log" 2>&1 || status=$?
  rm -rf --one-file-system "$root"
  if ((status == 0)); then return; fi
  tail -n 5 "$logs/image-mongodb.log" >&2
  echo "The image $tag could not be built." >&2
  return 1
}

# The Go that is here, or the one of the distribution. From 1.21 on, Go fetches the version that a module asks for.
find_go() {
  local go
  for go in go /usr/local/go/bin/go; do
    if at_least 1.21 "$("$go" env GOVERSION 2>/dev/null)"; then
      echo "$go"
      return
    fi
  done
  if [[ $(id -u) == 0 ]] && at_least 1.24 "$(packaged_go)"; then
    echo 'mongodb: installing the Debian package of Go' >&2
    apt_install golang-go && echo go
    return
  fi
  echo 'The MongoDB tests need the image mongo:7, a server that MONGODB_URL names, or Go 1.24 to build FerretDB with.' >&2
  return 1
}

packaged_go() {
  if ! command -v apt-cache >/dev/null; then return; fi
  apt-cache policy golang-go | awk '$1 == "Candidate:" { print $2 }'
}

# `at_least WANTED VERSION`: of Go's `go1.26.8`, or Debian's `2:1.24~2`.
at_least() {
  local version=${2#go}
  version=${version#*:}
  [[ -n $version ]] && printf '%s\n' "$1" "${version%%[~+-]*}" | sort --check=quiet --version-sort
}

# The versions and checksums of all modules are in go.mod and go.sum.
build_ferretdb() {
  local go=$1 root=$2
  mkdir -p "$root/bin" "$root/data/db" "$root/tmp"
  CGO_ENABLED=0 "$go" -C scripts/databases/ferretdb build -trimpath -buildvcs=false -ldflags='-s -w' \
    -tags ferretdb_no_postgresql -o "$root/bin/mongod" .
}

import_ferretdb() {
  local root=$1 tag=$2
  tar -C "$root" --numeric-owner --owner=0 --group=0 -c . |
    docker import --change 'ENV PATH=/bin' --change 'CMD ["mongod", "--bind_ip_all"]' --change 'WORKDIR /data' \
      --change 'EXPOSE 27017' --change "LABEL coatcheck.recipe=$(recipe mongodb)" - "$tag"
}
