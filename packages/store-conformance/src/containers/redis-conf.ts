import type { File, Started } from './container.ts'
import { type Address, lines } from './server.ts'

// A killed server loses nothing. Without fsync, writes do not wait for the disk.
export function redisConf(port: number, ...settings: string[]): File {
  const common = [
    'protected-mode no',
    `port ${port}`,
    `dir /data/${port}`,
    `pidfile /data/${port}/pid`,
    'appendonly yes',
    'appendfsync no',
    'save ""',
  ]
  return { target: `/etc/coatcheck/${port}.conf`, content: lines([...common, ...settings]) }
}

export async function redisVersion({ exec }: Started): Promise<string | undefined> {
  return /v=(\S+)/.exec(await exec('redis-server', '--version'))?.[1]
}

// Servers in a container report each other's addresses to clients. A client on another machine needs another host.
export function natMap(host: string, ports: number[]): Record<string, Address> {
  return Object.fromEntries(ports.map(port => [`127.0.0.1:${port}`, { host, port }]))
}
