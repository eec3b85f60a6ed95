# shellcheck shell=bash
# The images of the databases: official ones, or images built from Debian packages if no registry can be reached.

# `find_image NAME OFFICIAL VARIABLE`: exports VARIABLE with the image for a database. If VARIABLE is set already, it
# is not changed.
find_image() {
  local name=$1 official=$2 variable=$3
  local named=${!variable-} built=coatcheck/$name:debian
  if [[ -n $named ]]; then
    have_image "$name" "$named" && return
    echo "The image that $variable names is not to be had: $named." >&2
    return 1
  fi
  if [[ $(recipe_of "$built") == "$(recipe "$name")" ]]; then
    echo "$name: the image $built"
  elif ! have_image "$name" "$official"; then
    "build_$name" "$built" || return
  elif [[ $name == postgres ]]; then
    add_pgbouncer "$official" "$built" || return
  else
    built=$official
  fi
  export "$variable=$built"
}

# Whether an image exists here, or can be pulled. If no registry can be reached, the engine fails within seconds.
have_image() {
  local name=$1 wanted=$2
  if docker image inspect "$wanted" >/dev/null 2>&1; then
    echo "$name: the image $wanted"
    return
  fi
  echo "$name: pulling $wanted"
  if timeout 300 docker pull --quiet "$wanted" >"${logs:?}/image-$name.log" 2>&1; then return; fi
  echo "$name: $wanted cannot be pulled"
  return 1
}

# An image that was built by another version of these files is built again.
recipe() {
  local own=(scripts/databases/"$1"*.sh)
  cat scripts/databases/images.sh scripts/databases/postgres-entrypoint.sh "${own[@]}" 2>/dev/null | sha256sum | cut -c 1-16
}

recipe_of() {
  docker image inspect --format '{{index .Config.Labels "coatcheck.recipe"}}' "$1" 2>/dev/null
}

add_pgbouncer() {
  local official=$1 built=$2 container="coatcheck-$COATCHECK_RUN"
  local install='apt-get -qq install -y --no-install-recommends pgbouncer'
  echo "postgres: adding PgBouncer to $official"
  if ! {
    docker run --name "$container" --label "coatcheck.run=$COATCHECK_RUN" --user root --entrypoint sh "$official" \
      -c "apt-get -qq update && $install && rm -rf /var/lib/apt/lists/*" &&
      docker commit --change 'ENTRYPOINT ["docker-entrypoint.sh"]' --change 'CMD ["postgres"]' \
        --change "LABEL coatcheck.recipe=$(recipe postgres)" "$container" "$built"
  } >>"${logs:?}/image-postgres.log" 2>&1; then
    tail -n 5 "${logs:?}/image-postgres.log" >&2
    echo "PgBouncer cannot be installed in $official; COATCHECK_POSTGRES_IMAGE may name an image that has it." >&2
    return 1
  fi
}

build_redis() {
  build_image redis "$1" redis-server --change 'CMD ["redis-server", "--protected-mode", "no"]' \
    --change 'WORKDIR /data' --change 'EXPOSE 6379'
}

build_postgres() {
  build_image postgres "$1" postgresql,pgbouncer --change 'ENTRYPOINT ["docker-entrypoint.sh"]' \
    --change 'CMD ["postgres"]' --change 'EXPOSE 5432'
}

# `build_image NAME TAG PACKAGES CHANGES...`: makes an image of the smallest Debian with some packages. If there is a
# function add_to_NAME, it adds files that are not in a Debian package.
build_image() {
  local name=$1 tag=$2 packages=$3 root=$PWD/${logs:?}/image-$1.root
  shift 3
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "There is no image for $name: let docker pull the official one, or run this as root on Debian." >&2
    return 1
  fi
  apt_install debootstrap || return
  echo "$name: building $tag from Debian packages"
  local status=0
  {
    bootstrap "$packages" "$root" && add_files "$name" "$root" && import "$name" "$root" "$tag" "$@"
  } >"${logs:?}/image-$name.log" 2>&1 || status=$?
  rm -rf --one-file-system "$root"
  if ((status == 0)); then return; fi
  tail -n 5 "${logs:?}/image-$name.log" >&2
  echo "The image $tag could not be built." >&2
  return 1
}

# Uses the mirror and the proxy of the machine's own apt. Runs in a separate mount namespace, so that the mounts of
# debootstrap end with it.
bootstrap() {
  local packages=$1 root=$2 codename mirror components
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt_targets | awk -v codename="$codename" '$2 == codename { print $1; exit }')
  components=$(apt_targets | awk -v codename="$codename" '$2 == codename { print $3 }' | sort -u | paste -sd ,)
  (
    eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
    export http_proxy https_proxy
    unshare --mount debootstrap --variant=minbase --components="$components" --include="$packages" \
      "$codename" "$root" "$mirror"
  )
}

add_files() {
  local name=$1 root=$2
  if [[ $(type -t "add_to_$name") == function ]]; then "add_to_$name" "$root"; fi
}

apt_targets() {
  # shellcheck disable=SC2016 # The names are apt's.
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages'
}

import() {
  local name=$1 root=$2 tag=$3 path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  shift 3
  mkdir -p "$root/data"
  install -m 755 scripts/databases/postgres-entrypoint.sh "$root/usr/local/bin/docker-entrypoint.sh"
  # Debian keeps the programs of PostgreSQL off the PATH.
  if [[ -d $root/usr/lib/postgresql ]]; then path="$(cd "$root" && echo /usr/lib/postgresql/*/bin):$path"; fi
  tar -C "$root" --numeric-owner --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' \
    --exclude='./var/lib/postgresql/*' --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
    --exclude='./usr/share/locale/*' -c . |
    docker import --change "ENV PATH=$path" --change "LABEL coatcheck.recipe=$(recipe "$name")" "$@" - "$tag"
}
