// Read by depd when a session package loads, so this has to be imported before any of them.
process.env.NO_DEPRECATION = 'express-session'
