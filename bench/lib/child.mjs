import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Runs a script of `servers/` in a child process. The script gets `config` as JSON. `node` is the path of another Node than this one,
 * which gets `execArgv`. The script sends a message when it is ready, answers one question at a time, and exits on `'stop'`.
 */
export async function startChild(script, config, { execArgv = [], node = process.execPath } = {}) {
  const path = fileURLToPath(new URL(`../servers/${script}`, import.meta.url))
  const child = fork(path, [JSON.stringify(config)], {
    execPath: node,
    execArgv,
    env: { ...process.env, NODE_ENV: 'test' },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const ready = await answerOf(child)
  return {
    ready,
    ask(question) {
      const answer = answerOf(child)
      child.send(question)
      return answer
    },
    async stop() {
      const gone = once(child, 'exit')
      child.send('stop')
      await gone
    },
  }
}

function answerOf(child) {
  return new Promise((resolve, reject) => {
    const onMessage = answer => {
      child.off('exit', onExit)
      resolve(answer)
    }
    const onExit = code => {
      child.off('message', onMessage)
      reject(new Error(`The child process ended with code ${code}`))
    }
    child.once('message', onMessage)
    child.once('exit', onExit)
  })
}
