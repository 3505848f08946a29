/** One file of the hub, served from this disk at the address that the hub gives it. */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * Serves `file` as `id`, e.g. 'someone/models/tiny.gguf', whatever the revision asked for. The
 * server answers no other name, and no part of a file but by `Range`.
 */
export async function mirror(id, file, revision) {
  const { size } = statSync(file);
  const [owner, repository, ...name] = id.split('/');
  const path = `/${owner}/${repository}/resolve/${revision}/${name.join('/')}`;
  const server = createServer(({ url, headers: { range = '' } }, response) => {
    if (url !== path) {
      response.writeHead(404).end();
      return;
    }
    const [, first = 0, last = size - 1] = /^bytes=(\d+)-(\d+)?$/.exec(range) ?? [];
    const [start, end] = [Number(first), Math.min(Number(last), size - 1)];
    const part = { 'Content-Length': end - start + 1, 'Content-Range': `bytes ${start}-${end}/${size}` };
    response.writeHead(206, { ...part, ETag: '"it"', 'X-Repo-Commit': revision });
    createReadStream(file, { start, end }).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
