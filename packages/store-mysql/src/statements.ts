import type { Layout } from './layout.ts'

/** The statements that the store uses. */
export interface Statements {
  readonly read: string
  readonly readMany: string
  readonly renew: string
  readonly renewMany: string
  readonly write: string
  readonly insert: string
  readonly update: string
  readonly replace: string
  readonly touch: string
  readonly find: string
  readonly remove: string
  readonly move: string
  readonly makeRoom: string
  readonly firstPage: string
  readonly nextPage: string
  readonly clear: string
  readonly count: string
  readonly prune: (limit: number) => string
}

/** How many rows `entries` reads at a time. */
export const PAGE = 500
/** How many rows `clear` deletes at a time. */
export const BATCH = 5000
/** How many sessions one statement reads at most. */
export const MOST = 16
/** The longest lifetime in milliseconds that the year 9999 leaves room for. */
export const LONGEST = 253_402_300_799_999

// The clock is the server's, and goes by UTC: an hour that comes twice in the zone of the connection is no trouble. It is the time at
// which the statement began.
const NOW = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000"
// It may have waited for a row since then.
const LATE = `(${NOW} + TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6)) DIV 1000)`

/** The statements for a table, whose name is quoted. */
export function statementsOf(table: string, { sid, unit, last }: Layout): Statements {
  const seconds = unit === 'seconds'
  // A session of express-mysql-session has expired when the time, rounded to seconds, is past its expiry.
  const liveAt = (time: string) => `expires > ${seconds ? `(${time} - 500) DIV 1000` : time}`
  const left = seconds ? `CAST(expires AS SIGNED) * 1000 + 500 - ${NOW}` : `expires - ${NOW}`
  const after = `${NOW} + CAST(? AS SIGNED)`
  const end = `LEAST(${seconds ? `(${after} + 500) DIV 1000` : after}, ${last})`
  const live = liveAt(NOW)
  const still = liveAt(LATE)
  // By bytes, whatever the collation of the column is.
  const same = 'CAST(data AS BINARY) = CAST(? AS BINARY)'
  // Tells in the answer that the row was there, also where nothing in it has changed. What it says depends on the row: MySQL works out
  // in advance what does not.
  const told = 'LAST_INSERT_ID(expires > 0) = 1'
  const list = (count: number) => Array.from({ length: count }, () => '?').join(', ')
  const reading = (count: number) =>
    `SELECT ${sid} AS sid, data, ${left} AS ttl FROM ${table} WHERE ${sid} IN (${list(count)}) AND ${live}`
  const page = (beginning: string) => `
    SELECT ${sid} AS sid, data, ${left} AS ttl FROM ${table}
    WHERE ${beginning}${live} ORDER BY ${sid} LIMIT ${PAGE}`
  // A row that somebody else holds is left out: a read waits for nobody. So that no other row is locked, the rows that are wanted come
  // first, and the limit keeps MySQL from merging the two.
  const found = (rest: string) => `(SELECT ${sid} AS id FROM ${table} ${rest} FOR UPDATE SKIP LOCKED) AS f`
  const andTheirRows = `STRAIGHT_JOIN ${table} AS t FORCE INDEX (PRIMARY) ON t.${sid} = f.id`
  const begins = 'LEFT(CAST(data AS BINARY), CAST(? AS SIGNED)) = CAST(? AS BINARY)'
  const renewing = (count: number) => `
    UPDATE ${found(`WHERE ${sid} IN (${list(count)}) AND ${live} AND ${begins} LIMIT ${count}`)}
    ${andTheirRows} SET t.expires = ${end}`

  return {
    read: reading(1),
    readMany: reading(MOST),
    renew: renewing(1),
    renewMany: renewing(MOST),
    write: `
      INSERT INTO ${table} (${sid}, data, expires) VALUES (?, ?, ${end})
      ON DUPLICATE KEY UPDATE data = VALUES(data), expires = VALUES(expires)`,
    // The data first: whether the old row is live is told by its expiry.
    insert: `
      INSERT INTO ${table} (${sid}, data, expires) VALUES (?, ?, ${end})
      ON DUPLICATE KEY UPDATE
        data = IF(LAST_INSERT_ID(IF(${live}, 2, 1)) = 1, VALUES(data), data),
        expires = IF(${live}, expires, VALUES(expires))`,
    update: `UPDATE ${table} SET data = IF(${told}, ?, data), expires = ${end} WHERE ${sid} = ? AND ${still}`,
    // Whoever is first holds the row; the others wait, and compare with what he has left there.
    replace: `
      UPDATE ${table} SET data = IF(${told}, ?, data), expires = ${end}
      WHERE ${sid} = ? AND ${still} AND ${same}`,
    touch: `UPDATE ${table} SET expires = IF(${told}, ${end}, expires) WHERE ${sid} = ? AND ${still}`,
    // What the row is at the moment, and not what it was when a transaction of the app began.
    find: `SELECT data FROM ${table} WHERE ${sid} = ? AND ${live} FOR UPDATE`,
    remove: `DELETE FROM ${table} WHERE ${sid} = ? AND ${same}`,
    move: `
      UPDATE ${table} SET data = ?, expires = ${end}, ${sid} = ?
      WHERE ${sid} = ? AND ${still} AND ${same}`,
    makeRoom: `DELETE FROM ${table} WHERE ${sid} = ?`,
    // Some ids come before the empty text: collations take it for spaces.
    firstPage: page(''),
    nextPage: page(`${sid} > ? AND `),
    clear: `DELETE FROM ${table} ORDER BY ${sid} LIMIT ${BATCH}`,
    count: `SELECT COUNT(*) AS count FROM ${table} WHERE ${live}`,
    // What another instance is pruning, or is being written anew, is left to them.
    prune: (limit: number) => `
      DELETE t FROM ${found(`WHERE NOT (${live}) ORDER BY expires LIMIT ${limit}`)} ${andTheirRows}`,
  }
}
