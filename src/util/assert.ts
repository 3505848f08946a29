/** Throws `message` unless `condition` holds. For what people and files can get wrong: the message is one sentence they can act on. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** As `assert`, for what only our own code can get wrong; the message starts with 'internal: '. */
export function assertInternal(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}
