# shellcheck shell=bash
# Installs Debian packages: `apt_install PACKAGE...`. What apt says goes to a file in "$logs", and is shown on failure.
apt_install() {
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
  if ! { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@"; } \
    >"${logs:?}/apt.log" 2>&1; then
    cat "$logs/apt.log" >&2
    echo "apt-get could not install: $*" >&2
    return 1
  fi
}
