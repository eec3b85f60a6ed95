export function POST({ locals: { session }, redirect }) {
  session.views = (session.views ?? 0) + 1
  return redirect('/', 303)
}
