# shellcheck shell=bash
# An image with MariaDB, which is what Debian has of MySQL, for tests.

build_mysql() {
  build_image mysql "$1" mariadb-server-core,mariadb-client-core --change 'ENTRYPOINT ["mysql-entrypoint.sh"]' \
    --change 'CMD ["mariadbd"]' --change 'EXPOSE 3306'
}

# Called by build_image with the folder of the image. The user is made by the package of the whole server, which has
# much more in it than its tests need.
add_to_mysql() {
  local root=$1
  chroot "$root" useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin mysql &&
    install -m 755 scripts/databases/mysql-entrypoint.sh "$root/usr/local/bin/mysql-entrypoint.sh"
}
