/** A web server whose answers a test decides: what it says of its files, and how it misbehaves. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly bytes: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers parts where they are asked for; true by default. */
  readonly hasRanges?: boolean;
  /** Sends Content-Range with parts; true by default. */
  readonly saysRange?: boolean;
  /** Ends the connection after so many bytes. */
  readonly breakAfter?: number;
  /** Sends the reader there instead. */
  readonly redirect?: string;
}

export class BadServer {
  base = '';
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  /** Bytes of contents sent. */
  served = 0;
  private server: Server | null = null;

  /** What to answer for a path; null for 404. Asked anew for each request. */
  constructor(private readonly answer: (path: string) => Answer | null) {}

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      const path = request.url!;
      this.requests.push({ path, headers: request.headers });
      const answer = this.answer(path);
      if (!answer) {
        response.writeHead(404).end();
        return;
      }
      if (answer.redirect !== undefined) {
        response.writeHead(302, { location: answer.redirect }).end();
        return;
      }
      const { bytes, headers, hasRanges = true, saysRange = true, breakAfter } = answer;
      const [, first, last] =
        (hasRanges ? /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') : null) ?? [];
      const begin = Number(first ?? 0);
      const end = Math.min(bytes.length, Number(last ?? bytes.length) + 1);
      const range = { 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` };
      response.writeHead(first === undefined ? 200 : 206, {
        ...headers,
        'content-length': end - begin,
        ...(first !== undefined && saysRange ? range : {}),
      });
      const until = Math.min(end, begin + (breakAfter ?? bytes.length));
      this.served += until - begin;
      response.write(bytes.subarray(begin, until), () => {
        if (until < end) response.socket?.destroySoon();
        else response.end();
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    this.base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server!.close(resolve));
  }
}
