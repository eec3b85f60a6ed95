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
  readonly owned: string
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
/** The longest lifetime in milliseconds that the year 9999 allows. */
export const LONGEST = 253_402_300_799_999

// The time of the server's clock when the statement began. It is in UTC, so it does not repeat an hour when summer time ends.
const NOW = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000"
// The time of the server's clock now: the statement may have waited for a row.
const LATE = `(${NOW} + TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6)) DIV 1000)`

/** The statements for a table, whose name is quoted. */
export function statementsOf(table: string, { sid, unit, last, owners }: Layout): Statements {
  const seconds = unit === 'seconds'
  // express-mysql-session rounds the time to seconds, and compares it with the expiry.
  const liveAt = (time: string) => `expires > ${seconds ? `(${time} - 500) DIV 1000` : time}`
  const left = seconds ? `CAST(expires AS SIGNED) * 1000 + 500 - ${NOW}` : `expires - ${NOW}`
  const after = `${NOW} + CAST(? AS SIGNED)`
  const end = `LEAST(${seconds ? `(${after} + 500) DIV 1000` : after}, ${last})`
  const live = liveAt(NOW)
  const still = liveAt(LATE)
  // Compares bytes, so the collation of the column does not matter.
  const same = 'CAST(data AS BINARY) = CAST(? AS BINARY)'
  // Returns in the answer that the row existed, even if the statement has changed nothing in it. The value must depend on the row:
  // MySQL evaluates a constant expression in advance.
  const exists = 'LAST_INSERT_ID(expires > 0) = 1'
  const list = (count: number) => Array.from({ length: count }, () => '?').join(', ')
  const reading = (count: number) =>
    `SELECT ${sid} AS sid, data, ${left} AS ttl FROM ${table} WHERE ${sid} IN (${list(count)}) AND ${live}`
  const page = (beginning: string) => `
    SELECT ${sid} AS sid, data, ${left} AS ttl FROM ${table}
    WHERE ${beginning}${live} ORDER BY ${sid} LIMIT ${PAGE}`
  // Skips rows that another transaction has locked, because a read must not wait. The rows are found first, in a subquery, so that no other
  // row is locked. Its LIMIT keeps MySQL from merging the subquery into the statement.
  // Without a new owner, a row keeps the one that it has.
  const row = `(${sid}, data, expires${owners ? ', owner' : ''}) VALUES (?, ?, ${end}${owners ? ', ?' : ''})`
  const newOwner = owners ? ', owner = COALESCE(?, owner)' : ''
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
      INSERT INTO ${table} ${row}
      ON DUPLICATE KEY UPDATE data = VALUES(data), expires = VALUES(expires)${
        owners ? ', owner = COALESCE(VALUES(owner), owner)' : ''
      }`,
    // The data comes first, because the expiry decides whether the old row is live.
    insert: `
      INSERT INTO ${table} ${row}
      ON DUPLICATE KEY UPDATE
        data = IF(LAST_INSERT_ID(IF(${live}, 2, 1)) = 1, VALUES(data), data),
        ${owners ? `owner = IF(${live}, owner, VALUES(owner)),` : ''}
        expires = IF(${live}, expires, VALUES(expires))`,
    update: `
      UPDATE ${table} SET data = IF(${exists}, ?, data), expires = ${end}${newOwner}
      WHERE ${sid} = ? AND ${still}`,
    // The first transaction locks the row. The others wait, and then compare with what the first has written.
    replace: `
      UPDATE ${table} SET data = IF(${exists}, ?, data), expires = ${end}${newOwner}
      WHERE ${sid} = ? AND ${still} AND ${same}`,
    touch: `UPDATE ${table} SET expires = IF(${exists}, ${end}, expires) WHERE ${sid} = ? AND ${still}`,
    // FOR UPDATE reads the row as it is now, and not as it was when a transaction of the app began.
    find: `SELECT data FROM ${table} WHERE ${sid} = ? AND ${live} FOR UPDATE`,
    remove: `DELETE FROM ${table} WHERE ${sid} = ? AND ${same}`,
    move: `
      UPDATE ${table} SET data = ?, expires = ${end}${owners ? ', owner = ?' : ''}, ${sid} = ?
      WHERE ${sid} = ? AND ${still} AND ${same}`,
    makeRoom: `DELETE FROM ${table} WHERE ${sid} = ?`,
    // No lower bound: some ids sort before the empty text, because collations compare it as spaces.
    firstPage: page(''),
    nextPage: page(`${sid} > ? AND `),
    owned: `SELECT ${sid} AS sid, data, ${left} AS ttl FROM ${table} WHERE owner = ? AND ${live}`,
    clear: `DELETE FROM ${table} ORDER BY ${sid} LIMIT ${BATCH}`,
    count: `SELECT COUNT(*) AS count FROM ${table} WHERE ${live}`,
    // Skips rows that another instance is pruning, or that are being written.
    prune: (limit: number) => `
      DELETE t FROM ${found(`WHERE NOT (${live}) ORDER BY expires LIMIT ${limit}`)} ${andTheirRows}`,
  }
}
