export default {
  // Stores find their drivers at run time: leave these packages to Node.
  serverExternalPackages: ['@coatcheck/session', '@coatcheck/store-memory'],
}
