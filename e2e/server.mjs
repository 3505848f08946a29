/**
 * Serves the built page for the tests with `npm start`'s server, and collects browsers' reports of
 * violations of the page's policy, in the page and in its workers. `GET /policy-reports` returns
 * those since the last call.
 */
import { fileURLToPath } from 'node:url';
import { headers, POLICY } from '../scripts/policy.mjs';
import { fileHandler, listen, parsePort } from '../scripts/serve.mjs';

const files = fileHandler(fileURLToPath(new URL('../dist', import.meta.url)), {
  ...headers,
  [POLICY]: `${headers[POLICY]}; report-uri /policy-reports`,
});
const reports = [];

await listen(
  async (request, response) => {
    if (request.url !== '/policy-reports') return files(request, response);
    if (request.method === 'POST') reports.push(JSON.parse(await text(request))['csp-report']);
    else response.write(JSON.stringify(reports.splice(0)));
    response.end();
  },
  { port: parsePort(process.argv[2], 'e2e server') },
);

async function text(request) {
  let all = '';
  for await (const part of request) all += part;
  return all;
}
