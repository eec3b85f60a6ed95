export async function POST({ locals: { session }, redirect }) {
  await session.destroy()
  return redirect('/', 303)
}
