import 'reflect-metadata'
import session, { type SessionRequest } from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { Controller, Get, Module, Post, Redirect, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

declare module '@coatcheck/session' {
  interface SessionData {
    user: string
    views: number
  }
}

@Controller()
class ShopController {
  @Get()
  read(@Req() { session }: SessionRequest): string {
    return `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`
  }

  @Post('count')
  @Redirect('/', 303)
  count(@Req() { session }: SessionRequest): void {
    session.views = (session.views ?? 0) + 1
  }

  @Post('login')
  @Redirect('/', 303)
  async login(@Req() request: SessionRequest): Promise<void> {
    await request.session.regenerate()
    // `regenerate` puts another session in place.
    request.session.user = 'Ada'
  }

  @Post('logout')
  @Redirect('/', 303)
  async logout(@Req() { session }: SessionRequest): Promise<void> {
    await session.destroy()
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

const app = await NestFactory.create(ShopModule, { logger: ['error'] })
app.use(
  session.strict({
    secret: process.env.SESSION_SECRET ?? 'for development only',
    store: await openStore(process.env.SESSION_STORE ?? 'memory:'),
    cookie: { maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)
await app.listen(process.env.PORT ?? 3000)
console.log(await app.getUrl())
