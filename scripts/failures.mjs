/** The failed tests of a report, a line each, for the end of a log that is shown cut. */
import { stripVTControlCharacters } from 'node:util';

/** Of Vitest's JSON report. A file that does not load has no tests, only a message. */
export function vitestFailures(report) {
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && message) return [line(name, '', message)];
    return failed.map((test) => line(name, test.fullName, test.failureMessages?.[0]));
  });
}

/** Of Playwright's JSON report, whose suites nest. */
export function playwrightFailures({ suites = [] }) {
  return suites.flatMap((suite) => [
    ...playwrightFailures(suite),
    ...(suite.specs ?? [])
      .filter(({ ok }) => !ok)
      .map(({ file, title, tests }) => line(file, title, tests[0]?.results[0]?.error?.message)),
  ]);
}

/** The first lines of a message, since an assertion's first says only what was compared. */
function line(file, title, message = '') {
  const said = stripVTControlCharacters(message)
    .split('\n')
    .map((part) => part.trim());
  const start = said
    .filter((part) => part !== '' && !part.startsWith('at '))
    .slice(0, 4)
    .join(' | ');
  return `     ${file.split('/').at(-1)}  ${title}: ${start.slice(0, 400)}`;
}
