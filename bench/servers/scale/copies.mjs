/** The rows that one statement makes. */
const BATCH = 10_000

/**
 * The statement that makes the rows `from` to `from + BATCH - 1`, below `count`: copies of the row that the store has written. Only the id
 * differs, and times are some milliseconds later. `row` is that row, and `dialect` says how it is written.
 */
export function copyRows({ table, row, from, count, dialect }) {
  const columns = Object.keys(row)
  const values = columns.map(column =>
    column === 'sid' ? dialect.sid : dialect.isTime(column, row[column]) ? dialect.later(column) : column,
  )
  const digits = `(${Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS digit`).join(' UNION ALL ')})`
  return `
    INSERT INTO ${table} (${columns.join(', ')})
    SELECT ${values.join(', ')}
    FROM (SELECT * FROM ${table} WHERE sid = 'original') AS original,
      (SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit + ${from} AS n
       FROM ${digits} AS ones, ${digits} AS tens, ${digits} AS hundreds, ${digits} AS thousands) AS numbers
    WHERE n < ${count}`
}

export const SQLITE = { sid: "'s' || n", isTime: isNumber, later: column => `${column} + n` }
export const MYSQL = { sid: "CONCAT('s', n)", isTime: isNumber, later: column => `${column} + n` }
export const POSTGRES = {
  sid: "'s' || n",
  isTime: (_, value) => value instanceof Date,
  later: column => `${column} + n * interval '1 millisecond'`,
}

function isNumber(_, value) {
  return typeof value === 'number'
}

/** Calls `make` with the first number of each batch, until there are `count` or the time is over. Returns whether there are `count`. */
export async function inBatches(count, milliseconds, make, batch = BATCH) {
  const end = performance.now() + milliseconds
  for (let from = 0; from < count; from += batch) {
    if (performance.now() > end) return false
    await make(from, Math.min(from + batch, count))
  }
  return true
}
