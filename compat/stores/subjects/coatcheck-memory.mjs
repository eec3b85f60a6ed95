import { MemoryStore } from '@coatcheck/session'

export default {
  name: '@coatcheck/session MemoryStore',
  version: '0.1.0',
  create: () => new MemoryStore(),
}
