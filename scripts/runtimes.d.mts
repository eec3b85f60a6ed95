/** The names that can be asked for. */
export declare const runtimeNames: string[]

/** The path of the runtime's binary; downloads it when it is not in the cache yet. */
export declare function getRuntime(name: string): Promise<string>
