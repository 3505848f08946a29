/**
 * Throws `message` unless `condition` holds. For mistakes of people and files: the message is one
 * sentence that they can act on.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** As `assert`, for mistakes of our own code; the message starts with 'internal: '. */
export function assertInternal(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}
