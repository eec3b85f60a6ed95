// A namespace is no function: callable where the compiler makes `require` of this import, and else an error when it compiles.
import * as session from '@coatcheck/session'

session({ secret: 'a secret of thirty-two characters', resave: false, saveUninitialized: false })
console.log(typeof session)
