export default () => 'not a store'
