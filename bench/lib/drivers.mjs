/** The newest connect-redis that this Node can run: version 10 needs Node 22. */
export const connectRedis =
  Number.parseInt(process.versions.node, 10) < 22 ? 'connect-redis' : 'connect-redis10'
