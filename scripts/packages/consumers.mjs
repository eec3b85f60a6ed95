export async function checkConsumers() {}
