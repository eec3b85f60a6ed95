# shellcheck shell=bash
# The databases that the tests need, for a script that is at the root of the repo and has sourced apt.sh: one
# `get_*` function each. Everything that they start ends with close_databases; the images stay.

# Marks the containers of this run.
export COATCHECK_RUN=$$-$RANDOM
# The containers of an interrupted run are removed by this mark, so no second container has to watch them.
export TESTCONTAINERS_RYUK_DISABLED=true

source scripts/databases/engine.sh
source scripts/databases/images.sh
source scripts/databases/mongodb.sh
source scripts/databases/mysql.sh
source scripts/databases/memcached.sh

get_redis() {
  if [[ -n ${REDIS_URL-} ]]; then
    echo 'redis: the server of REDIS_URL'
    return
  fi
  get_docker && find_image redis redis:7 COATCHECK_REDIS_IMAGE
}

# With PgBouncer in the image.
get_postgres() {
  if [[ -n ${POSTGRES_URL-} ]]; then
    echo 'postgres: the server of POSTGRES_URL'
    return
  fi
  get_docker && find_image postgres postgres:15 COATCHECK_POSTGRES_IMAGE
}

get_mongodb() {
  if [[ -n ${MONGODB_URL-} ]]; then
    echo 'mongodb: the server of MONGODB_URL'
    return
  fi
  get_docker && find_image mongodb mongo:8 COATCHECK_MONGODB_IMAGE
}

get_mysql() {
  if [[ -n ${MYSQL_URL-} ]]; then
    echo 'mysql: the server of MYSQL_URL'
    return
  fi
  get_docker && find_image mysql mysql:8 COATCHECK_MYSQL_IMAGE
}

close_databases() {
  rm -rf --one-file-system "${logs:?}"/image-*.root "${logs:?}"/*-wheel
  remove_containers
  stop_docker
}
