/** Name and version of the suite, for reports. */
export const suite = '@coatcheck/store-conformance 0.1.0'

/** The contracts of this suite, oldest first. */
export const contracts: readonly string[] = ['1.0', '1.1']
