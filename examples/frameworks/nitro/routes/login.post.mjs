import { redirect } from 'nitro/h3'

export default async ({ context: { session } }) => {
  await session.regenerate()
  session.user = 'Ada'
  return redirect('/', 303)
}
