/** What a cancelled run rejects with. */
export function abortError(): Error {
  const error = new Error('run: cancelled');
  error.name = 'AbortError';
  return error;
}
