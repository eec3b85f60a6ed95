export default ({ context: { session } }) => `user: ${session.user ?? 'nobody'}, views: ${session.views ?? 0}`
