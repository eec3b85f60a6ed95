/** What each consumer does with our packages. */
export function run(loaded: object): Promise<string>
