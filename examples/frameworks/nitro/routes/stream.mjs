export default ({ context: { session } }) => {
  session.views = (session.views ?? 0) + 1
  const words = `user: ${session.user ?? 'nobody'}, views: ${session.views}`
  return ReadableStream.from(['one ', 'two ', words]).pipeThrough(new TextEncoderStream())
}
