'use strict'

// A store in the manner of the first ones: a constructor function, callbacks only, no promise anywhere.
var Store = require('express-session').Store
var util = require('node:util')

module.exports = CallbackStore

/**
 * @param options.map rows by key, shared by all stores on the same data
 * @param options.now how a callback is called: `setImmediate`, `process.nextTick`, or at once
 */
function CallbackStore(options) {
  this.map = options.map
  this.prefix = JSON.stringify(options.prefix)
  this.ttl = options.ttl || 86400000
  this.defer = options.defer || setImmediate
}

// Store.call(this) is left out, as in many of them.
util.inherits(CallbackStore, Store)

CallbackStore.prototype.get = function (sid, callback) {
  this.run(callback, function () {
    var row = this.row(sid)
    return row && open(row)
  })
}

CallbackStore.prototype.set = function (sid, session, callback) {
  this.run(callback, function () {
    var text = JSON.stringify(session)
    this.map.set(this.key(sid), { sid: sid, text: text, end: this.end(session) })
  })
}

CallbackStore.prototype.touch = function (sid, session, callback) {
  this.run(callback, function () {
    var row = this.row(sid)
    if (row) row.end = this.end(session)
  })
}

CallbackStore.prototype.destroy = function (sid, callback) {
  this.run(callback, function () {
    this.map.delete(this.key(sid))
  })
}

CallbackStore.prototype.all = function (callback) {
  this.run(callback, function () {
    var sessions = Object.create(null)
    this.rows().forEach(row => {
      try {
        sessions[row.sid] = open(row)
      } catch (_) {
        // A row that cannot be read is no session.
      }
    })
    return sessions
  })
}

CallbackStore.prototype.length = function (callback) {
  this.run(callback, function () {
    return this.rows().length
  })
}

CallbackStore.prototype.clear = function (callback) {
  this.run(callback, function () {
    Array.from(this.map.keys())
      .filter(key => key.startsWith(this.prefix))
      .forEach(key => {
        this.map.delete(key)
      })
  })
}

CallbackStore.prototype.sweep = function () {
  this.map.forEach((row, key) => {
    if (row.end <= Date.now()) this.map.delete(key)
  })
}

/** Does the work now and calls back in the store's manner, outside of the try. */
CallbackStore.prototype.run = function (callback, work) {
  var error = null
  var value
  try {
    value = work.call(this)
  } catch (thrown) {
    error = thrown
  }
  if (callback) this.defer(callback, error, value)
}

CallbackStore.prototype.key = function (sid) {
  return this.prefix + typeof sid + JSON.stringify(sid)
}

CallbackStore.prototype.row = function (sid) {
  var row = this.map.get(this.key(sid))
  return row && row.end > Date.now() ? row : undefined
}

CallbackStore.prototype.rows = function () {
  return Array.from(this.map)
    .filter(entry => entry[0].startsWith(this.prefix) && entry[1].end > Date.now())
    .map(entry => entry[1])
}

CallbackStore.prototype.end = function (session) {
  var cookie = session.cookie
  if (!cookie.expires) return Date.now() + (typeof cookie.maxAge === 'number' ? cookie.maxAge : this.ttl)
  var end = new Date(cookie.expires).getTime()
  if (Number.isNaN(end)) throw new TypeError('cookie.expires is no date')
  return end
}

function open(row) {
  var session
  try {
    session = JSON.parse(row.text)
  } catch (_) {
    session = null
  }
  if (!session?.cookie) throw new Error('the row holds no session')
  if (session.cookie.expires) session.cookie.expires = new Date(row.end).toISOString()
  return session
}
