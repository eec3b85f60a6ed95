#!/bin/sh
# The entrypoint of the images with MariaDB or MySQL that are built from Debian packages. Takes the environment of the
# official images: MYSQL_ROOT_PASSWORD, MYSQL_DATABASE; and arguments of the server.
set -eu

server=$(command -v mariadbd || command -v mysqld)
case ${1:-} in
  '' | -*) ;;
  mariadbd | mysqld) shift ;;
  *) exec "$@" ;;
esac

data=/var/lib/mysql
case $server in */mysqld) set -- --secure-file-priv=NULL "$@" ;; esac
set -- --no-defaults --user=mysql --datadir="$data" --socket=/tmp/mysqld.sock --bind-address=0.0.0.0 "$@"

install -d -o mysql -g mysql "$data"
if [ ! -d "$data/mysql" ]; then
  if [ -z "${MYSQL_ROOT_PASSWORD:-}" ]; then
    echo 'MYSQL_ROOT_PASSWORD is needed to create the database.' >&2
    exit 1
  fi
  case $server in
    */mariadbd)
      mariadb-install-db --no-defaults --user=mysql --datadir="$data" --auth-root-authentication-method=normal \
        --skip-test-db --skip-log-bin >/dev/null
      ;;
    *) "$server" --no-defaults --initialize-insecure --user=mysql --datadir="$data" ;;
  esac
  first=$(mktemp)
  {
    echo "ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
    echo "CREATE USER root@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
    echo "GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;"
    if [ -n "${MYSQL_DATABASE:-}" ]; then echo "CREATE DATABASE \`$MYSQL_DATABASE\`;"; fi
  } >"$first"
  chown mysql "$first"
  set -- "$@" --init-file="$first"
fi

exec "$server" "$@"
