import { createRequire } from 'node:module'
import connect from 'connect'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { showId } from '../support/handlers.ts'
import { type Listener, readSetCookie, SECRET, serve, start } from '../support/http.ts'
import { implementations } from '../support/implementations.ts'
import type { Request } from '../support/types.ts'

const express4: typeof express = createRequire(import.meta.url)('express4')

describe.each(implementations)('$name', ({ session }) => {
  /** Whether a secure cookie is sent in answer to a request of these headers. */
  async function isSecure(
    proxy: boolean | undefined,
    { forwarded, tls = false, secure }: { forwarded?: string; tls?: boolean; secure?: unknown },
  ): Promise<boolean> {
    const before = (req: Request) => {
      if (secure !== undefined) req.secure = secure
    }
    const app = await start(session, showId, { proxy, cookie: { secure: true } }, { before, tls })
    const reply = await app.get('/', {
      headers: forwarded === undefined ? {} : { 'X-Forwarded-Proto': forwarded },
    })
    expect(reply.status).toBe(200)
    return readSetCookie(reply) !== undefined
  }

  describe('proxy: true', () => {
    it.each(['https', 'HTTPS', ' https ', 'https,http', 'https , http', 'HttpS, http, http'])(
      'proxy: "%s" forwarded is secure',
      async forwarded => {
        expect(await isSecure(true, { forwarded })).toBe(true)
      },
    )

    it.each(['http', 'http, https', 'http,https', '', 'httpsx', ',https', 'wss'])(
      'proxy: "%s" forwarded is not secure',
      async forwarded => {
        expect(await isSecure(true, { forwarded })).toBe(false)
      },
    )

    it('proxy: nothing forwarded is not secure', async () => {
      expect(await isSecure(true, {})).toBe(false)
    })

    it('proxy: req.secure does not count', async () => {
      expect(await isSecure(true, { secure: true })).toBe(false)
    })

    it('proxy: TLS to the server itself is secure whatever is forwarded', async () => {
      expect(await isSecure(true, { forwarded: 'http', tls: true })).toBe(true)
    })
  })

  describe('proxy: false', () => {
    it('proxy: what is forwarded does not count', async () => {
      expect(await isSecure(false, { forwarded: 'https' })).toBe(false)
    })

    it('proxy: req.secure does not count either', async () => {
      expect(await isSecure(false, { secure: true })).toBe(false)
    })

    it('proxy: TLS to the server itself is secure', async () => {
      expect(await isSecure(false, { tls: true })).toBe(true)
    })
  })

  describe('proxy: not given', () => {
    it('proxy: what is forwarded does not count', async () => {
      expect(await isSecure(undefined, { forwarded: 'https' })).toBe(false)
    })

    it.each([
      [true, true],
      [false, false],
      ['yes', false],
      [1, false],
    ])('proxy: req.secure %o is secure: %s', async (secure, expected) => {
      expect(await isSecure(undefined, { secure })).toBe(expected)
    })

    it('proxy: TLS to the server itself is secure', async () => {
      expect(await isSecure(undefined, { tls: true })).toBe(true)
    })

    it.each([
      ['express 5', express],
      ['express 4', express4],
    ])('proxy: in %s the "trust proxy" setting decides', async (_, framework) => {
      const forwarded = { headers: { 'X-Forwarded-Proto': 'https' } }
      for (const trust of [true, false]) {
        const app = framework()
        app.set('trust proxy', trust)
        app.use(session({ secret: SECRET, cookie: { secure: true } }) as never)
        app.use(showId as never)
        const client = await serve(app as unknown as Listener)
        expect((await client.get('/', forwarded)).setCookie).toHaveLength(trust ? 1 : 0)
      }
    })

    it('proxy: in connect, which has no req.secure, nothing forwarded counts', async () => {
      const app = connect()
      app.use(session({ secret: SECRET, cookie: { secure: true } }) as never)
      app.use(showId as never)
      const client = await serve(app as unknown as Listener)
      expect((await client.get('/', { headers: { 'X-Forwarded-Proto': 'https' } })).setCookie).toEqual([])
    })
  })
})
