import { redirect } from 'nitro/h3'

export default async ({ context: { session } }) => {
  await session.destroy()
  return redirect('/', 303)
}
