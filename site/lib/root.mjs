/** The root of the repository. */
export const root = new URL('../../', import.meta.url)

/** Where the pages are written for VitePress. */
export const written = new URL('../.pages/', import.meta.url)

/** Where files of the repository can be read that have no page. */
export const REPOSITORY = 'https://github.com/coatcheck/coatcheck'
