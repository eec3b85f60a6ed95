import { HOSTS, isToken, titleOf } from './peers.mjs'
import { pairwise, summary } from './stats.mjs'

/**
 * The costs of each package on one kind of server: of all samples, minus that of the server without sessions in the same round. `samples`
 * has an entry for each set of processes, by path and package.
 */
export function costsOf(host, samples, bytes) {
  return Object.fromEntries(
    HOSTS[host].packages.map(name => {
      const paths = Object.keys(samples[0]).filter(path => !isToken(name) || path !== 'anonymous')
      const costs = paths.map(path => [path, summary(samples.flatMap(of => above(of[path], name)))])
      return [`${host} ${name}`, { host, ...Object.fromEntries(costs), bytes: bytes[name] }]
    }),
  )
}

function above(of, name) {
  return pairwise(of[name], of.bare, (cpu, bare) => cpu - bare)
}

/** The picture at the top of the page: everyone side by side, the cheapest first. */
export function opening(costs, node) {
  const byCost = Object.entries(costs).sort(([, a], [, b]) => a.read.median - b.read.median)
  return {
    file: 'performance.svg',
    title: `What a request costs: CPU time of sessions, Node ${node}`,
    unit: 'µs',
    better: 'less',
    groups: byCost.map(([key, { read, write }]) => ({
      label: titleOf(key),
      own: key.endsWith(' coatcheck'),
      bars: { read: read.median, write: write.median },
    })),
  }
}

/** The sentences below the picture. */
export function inShort({ costs }) {
  const ours = costs['http coatcheck']
  const share = (name, path) => (ours[path].median / costs[`http ${name}`][path].median).toFixed(2)
  return (
    `A request that reads its session costs ${ours.read.median.toFixed(0)} µs of CPU time more than one to a server without sessions, and a request that changes it ` +
    `${ours.write.median.toFixed(0)} µs. That is ${share('express-session', 'read')} and ${share('express-session', 'write')} of express-session's time, ` +
    `and ${share('jose', 'read')} (jose) or ${share('jsonwebtoken', 'read')} (jsonwebtoken) of the time that it takes to verify a token with the secret as text; ` +
    `beside a key that the application has prepared, it is ${share('jose-key', 'read')} and ${share('jsonwebtoken-key', 'read')}. ` +
    'And the session stays at the server, where a logout ends it at once.'
  )
}
