/**
 * How long a store waits for its database, with many requests at once: on a busy machine some of them need longer than the default of
 * five seconds. The first is an option of Redis and MongoDB, the second are those of PostgreSQL and MySQL.
 */
export const PATIENT = { timeout: 120_000 }
export const PATIENT_SQL = { queryTimeout: 120_000, connectTimeout: 120_000 }
