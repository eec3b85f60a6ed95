const express = require('express')
const session = require('@coatcheck/session')
const { session: named, Store, SessionError } = require('@coatcheck/session')
const { openStore } = require('@coatcheck/session/stores')
const { MemoryStore } = require('@coatcheck/store-memory')
const { run } = require('./scenario.cjs')

exports.answer = () => run({ express, session, named, Store, SessionError, openStore, MemoryStore })

if (require.main === module) exports.answer().then(console.log)
