import { getRuntime } from '../../scripts/runtimes.mjs'

/** The Node that everything is measured on, unless the command line names another. */
export const MAIN_NODE = '24'

/** The path of a Node of this major version. It is downloaded if this process runs on another. */
export async function nodeOf(major) {
  return isOn(major) ? process.execPath : getRuntime(`node${major}`)
}

/** Whether this process runs on that major version. */
export function isOn(major) {
  return process.versions.node.startsWith(`${major}.`)
}
