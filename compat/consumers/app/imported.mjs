import session, { session as named, SessionError, Store } from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { MemoryStore } from '@coatcheck/store-memory'
import express from 'express'
import { run } from './scenario.cjs'

export const answer = () => run({ express, session, named, Store, SessionError, openStore, MemoryStore })

if (process.argv[2] === 'run') answer().then(console.log)
