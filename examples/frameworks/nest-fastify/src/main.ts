import 'reflect-metadata'
import { sessions } from '@coatcheck/fastify'
import { openStore } from '@coatcheck/session/stores'
import { Controller, Get, Module, Post, Redirect, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface Session {
    user: string
    views: number
  }
}

@Controller()
class ShopController {
  @Get()
  read(@Req() { session }: FastifyRequest): string {
    return `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`
  }

  @Post('count')
  @Redirect('/', 303)
  count(@Req() { session }: FastifyRequest): void {
    session.views = (session.views ?? 0) + 1
  }

  @Post('login')
  @Redirect('/', 303)
  async login(@Req() { session }: FastifyRequest): Promise<void> {
    await session.regenerate()
    session.user = 'Ada'
  }

  @Post('logout')
  @Redirect('/', 303)
  async logout(@Req() { session }: FastifyRequest): Promise<void> {
    await session.destroy()
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

const adapter = new FastifyAdapter()
const app = await NestFactory.create<NestFastifyApplication>(ShopModule, adapter, { logger: ['error'] })
await adapter.getInstance().register(sessions, {
  secret: process.env.SESSION_SECRET ?? 'for development only',
  store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
  cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
})
await app.listen(process.env.PORT ?? 3000)
console.log(await app.getUrl())
