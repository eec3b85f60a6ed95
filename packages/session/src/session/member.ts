/**
 * The setter of the members that this package gives a session, such as its lifespan. It does nothing: an application that copies all data
 * of a session to another one must not fail.
 */
export function ignore(): void {}
