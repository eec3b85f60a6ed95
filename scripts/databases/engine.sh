# shellcheck shell=bash
# The Docker engine: a running one, or one that is started for this run.

docker_pid=''
docker_found=false

get_docker() {
  if $docker_found; then return; fi
  if timeout 20 docker info >/dev/null 2>&1; then
    echo 'docker: the engine that runs'
    docker_found=true
    return
  fi
  if [[ $(id -u) != 0 ]]; then
    echo 'The database tests need Docker: install it and start it, or run this as root on Debian.' >&2
    return 1
  fi
  if ! command -v dockerd >/dev/null; then
    if ! command -v apt-get >/dev/null; then
      echo 'The database tests need Docker, and there is no apt-get to install it with.' >&2
      return 1
    fi
    echo 'docker: installing the Debian package'
    apt_install docker.io || return
  fi
  # Newer releases have the client in a separate package.
  if ! command -v docker >/dev/null; then apt_install docker-cli || return; fi
  start_docker
}

# In a separate process session, so that an interrupt from the keyboard does not end the engine before close_databases.
start_docker() {
  echo 'docker: starting the engine'
  setsid env -u TMPDIR dockerd >"${logs:?}/dockerd.log" 2>&1 </dev/null &
  docker_pid=$!
  local deadline=$((SECONDS + 60))
  until timeout 5 docker info >/dev/null 2>&1; do
    if ! kill -0 "$docker_pid" 2>/dev/null || ((SECONDS > deadline)); then
      tail -n 5 "${logs:?}/dockerd.log" >&2
      echo 'The Docker engine does not start here.' >&2
      return 1
    fi
    sleep 0.2
  done
  docker_found=true
}

# Removes what interrupted tests have left behind.
remove_containers() {
  if ! $docker_found; then return; fi
  local left
  left=$(docker ps --all --quiet --filter "label=coatcheck.run=$COATCHECK_RUN")
  if [[ -z $left ]]; then return; fi
  echo 'docker: removing containers that were left behind'
  xargs docker rm --force --volumes <<<"$left" >/dev/null
}

# Ends the engine if it was started here, unless another program uses it by now.
stop_docker() {
  if [[ -z $docker_pid ]]; then return; fi
  if $docker_found && [[ -n $(docker ps --quiet) ]]; then
    echo 'docker: the engine goes on, other containers run in it'
  else
    echo 'docker: stopping the engine'
    kill "$docker_pid" 2>/dev/null || true
    wait "$docker_pid" 2>/dev/null || true
  fi
  docker_pid=''
  docker_found=false
}
