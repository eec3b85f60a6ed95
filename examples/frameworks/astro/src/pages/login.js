export async function POST({ locals: { session }, redirect }) {
  await session.regenerate()
  session.user = 'Ada'
  return redirect('/', 303)
}
