# shellcheck shell=bash
# An image with memcached, for the page on stores of others: no tests need it.

get_memcached() {
  get_docker && find_image memcached memcached:1 COATCHECK_MEMCACHED_IMAGE
}

build_memcached() {
  build_image memcached "$1" memcached --change 'CMD ["memcached", "-u", "nobody"]' --change 'EXPOSE 11211'
}
