/** The rejection of a cancelled run. */
export function abortError(): Error {
  const error = new Error('run: cancelled');
  error.name = 'AbortError';
  return error;
}
