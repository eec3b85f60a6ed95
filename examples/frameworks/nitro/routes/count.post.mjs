import { redirect } from 'nitro/h3'

export default ({ context: { session } }) => {
  session.views = (session.views ?? 0) + 1
  return redirect('/', 303)
}
